import { describe, expect, it } from 'vitest';
import { frontPage } from './front-page.js';

const publicUrl = 'https://muster.example.org';

describe('the front page', () => {
  it('shows the first steps with the address that this installation has', () => {
    const page = frontPage({ publicUrl, hasDocs: true });
    expect(page).toContain(`URL=${publicUrl}\ncurl -s $URL/v1/auth/login`);
    expect(page).toContain('href="/docs"');
    expect(page).not.toContain('<script');
  });

  it('leads to no Swagger UI where none is served', () => {
    expect(frontPage({ publicUrl, hasDocs: false })).not.toContain('href="/docs"');
  });
});
