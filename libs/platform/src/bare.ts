/** For programs that must start fast: settings and the release, and nothing that loads a package. */
export { commandLineSettings } from './configuration/command-line-settings.js';
export { ConfigurationError, loadSettings, type SettingsOf } from './configuration/settings.js';
export { version } from './version.js';
