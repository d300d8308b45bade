import type { ComponentChildren } from 'preact';

/** Nothing is here, and what one may do next. */
export function EmptyState({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children !== undefined && <p class="quiet">{children}</p>}
    </div>
  );
}
