import { route } from '../data/store.ts';
import { RunbookText } from '../view/runbook.tsx';

export function RunbookPage() {
  const current = route.value;
  return current.page === 'runbook' ? <RunbookText anchor={current.anchor} /> : null;
}
