import { render } from 'preact';
import { start } from './data/store.ts';
import { Shell } from './view/shell.tsx';

const root = document.getElementById('console');
if (root !== null) {
  start();
  // The first paint waits for no script.
  root.replaceChildren();
  render(<Shell />, root);
}
