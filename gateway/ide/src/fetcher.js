// How GraphiQL talks to the gateway: JSON for one answer, server-sent events for a subscription. Both carry the headers of
// GraphiQL's header editor, which a WebSocket in a browser could not.
import { getOperationAST } from 'graphql';

export function createFetcher(url) {
  return (parameters, options = {}) => {
    const operation =
      options.documentAST && getOperationAST(options.documentAST, parameters.operationName ?? undefined);
    return operation?.operation === 'subscription'
      ? events(url, parameters, options.headers)
      : once(url, parameters, options.headers);
  };
}

async function once(url, parameters, headers) {
  const response = await post(url, parameters, headers, 'application/graphql-response+json, application/json;q=0.9');
  return response.json();
}

async function* events(url, parameters, headers) {
  const abort = new AbortController();
  try {
    const response = await post(url, parameters, headers, 'text/event-stream', abort.signal);
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
      yield await response.json();
      return;
    }
    for await (const { event, data } of parse(response.body.pipeThrough(new TextDecoderStream()))) {
      if (event === 'complete') return;
      if (event === 'next') yield JSON.parse(data);
    }
  } finally {
    abort.abort();
  }
}

function post(url, parameters, headers, accept, signal) {
  return fetch(url, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept },
    body: JSON.stringify(parameters),
    signal,
  });
}

// Splits an event stream into its events; lines that open with a colon are keep-alive comments.
async function* parse(stream) {
  let rest = '';
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const field = (name) =>
        block
          .split('\n')
          .filter((line) => line.startsWith(`${name}:`))
          .map((line) => line.slice(name.length + 1).replace(/^ /, ''))
          .join('\n');
      if (field('event')) yield { event: field('event'), data: field('data') };
    }
  }
}
