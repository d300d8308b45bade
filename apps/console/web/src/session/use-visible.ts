import { useEffect, useState } from 'preact/hooks';

/** Whether the page is looked at. Who follows a stream leaves it otherwise: a browser has few connections for all its tabs. */
export function useVisible(): boolean {
  const [isVisible, setVisible] = useState(!document.hidden);
  useEffect(() => {
    const onChange = (): void => setVisible(!document.hidden);
    document.addEventListener('visibilitychange', onChange);
    return () => document.removeEventListener('visibilitychange', onChange);
  }, []);
  return isVisible;
}
