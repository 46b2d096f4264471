// The server's events, read by fetch: an EventSource hides why a connection was refused, and that it has gone silent.

import { authorization } from './token.js';

const RETRY = 1000;
const SILENCE = 40_000; // The server sends something every 15 s.

/**
 * Connects, and connects again, until the page is left.
 * on.event(name, data), on.open(), on.lost(sentence). A handler that throws a GapError ends this connection; a new one gets a whole
 * picture.
 */
export function listen(path, on) {
  let abort = null;
  let isLeft = false;
  addEventListener('pagehide', () => { isLeft = true; abort?.abort(); });
  addEventListener('pageshow', shown => { if (shown.persisted) { isLeft = false; run(); } });
  run();

  async function run() {
    while (!isLeft) {
      abort = new AbortController();
      const problem = await readOnce(path, abort, on);
      if (isLeft) return;
      on.lost(problem);
      await new Promise(resolve => setTimeout(resolve, RETRY));
    }
  }
}

async function readOnce(path, abort, on) {
  let watchdog = 0;
  const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(() => abort.abort(), SILENCE); };
  try {
    alive();
    const answer = await fetch(path, {
      headers: { Accept: 'text/event-stream', ...authorization() }, cache: 'no-store', signal: abort.signal,
    });
    if (!answer.ok) return (await answer.text()).trim() || `The server answered ${answer.status}.`;
    on.open();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return 'The server ended the connection.';
      alive();
      const blocks = (rest + value).replaceAll('\r', '').split('\n\n');
      rest = blocks.pop();
      blocks.forEach(block => dispatch(block, on));
    }
  } catch (error) {
    if (error instanceof GapError) return error.message;
    return abort.signal.aborted ? 'The server was silent for 40 seconds.' : 'The server of this page, cnm-cni ui, does not answer.';
  } finally {
    clearTimeout(watchdog);
    abort.abort();
  }
}

/** An event was missed: the picture cannot be continued, only begun again. */
export class GapError extends Error {}

function dispatch(block, on) {
  let name = 'message';
  const data = [];
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) name = line.slice(6).trim();
    else if (line.startsWith('data:')) data.push(line.slice(5));
  }
  if (data.length > 0) on.event(name, JSON.parse(data.join('\n')));
}
