import { render } from 'preact';
import { App } from './app.js';
import { LoginStore } from './installation/login-store.js';
import './styles/base.css';
import './styles/parts.css';

render(<App logins={new LoginStore(localStorage, navigator.locks)} />, document.getElementById('app')!);
