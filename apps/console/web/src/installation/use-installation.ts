import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Installation } from './installation.js';

export const InstallationContext = createContext<Installation | undefined>(undefined);

/** The installation that the pages inside the login show. */
export function useInstallation(): Installation {
  return useContext(InstallationContext)!;
}
