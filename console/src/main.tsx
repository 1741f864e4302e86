import '@cloudscape-design/global-styles/index.css';
import './app/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { followTheme } from './app/theme.ts';
import { openSession } from './session/session.ts';
import { takeToken } from './session/sign-in-token.ts';

followTheme();
void openSession(takeToken(location, history));
// A new sign-in link opened over this page changes the fragment only and loads nothing.
addEventListener('hashchange', () => {
  const token = takeToken(location, history);
  if (token !== undefined) void openSession(token);
});

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
