import { mount } from 'svelte';
import App from './App.svelte';
import './styles/tokens.css';
import './styles/reset.css';
import { backend } from './backend';
import { guardPage } from './views/shell/guards';
import { setClipboard } from './ui/clipboard';

if (import.meta.env.MODE === 'fake' || import.meta.env.DEV) {
  (await import('./test/theme')).themeFromAddress();
}

setClipboard((text) => backend.copy(text));
guardPage(window, (url) => void backend.openLink(url).catch(() => undefined));

const target = document.getElementById('app');
if (target) mount(App, { target });
