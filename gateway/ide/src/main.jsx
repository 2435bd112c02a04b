// GraphiQL with the explorer, on the gateway's own endpoint.
import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { createRoot } from 'react-dom/client';
import { GraphiQL } from 'graphiql';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { createFetcher } from './fetcher.js';

const ENDPOINT = '/graphql';
const WELCOME = `# One endpoint, answered by all subgraphs together.
# Ctrl-Enter runs the operation; the folder icon on the left builds one by clicking.
# A signed-in user: add {"authorization": "Bearer <token>"} under Headers below.

query Welcome {
  __typename
}
`;

createRoot(document.getElementById('root')).render(
  <GraphiQL
    fetcher={createFetcher(ENDPOINT)}
    plugins={[explorerPlugin()]}
    defaultQuery={WELCOME}
    shouldPersistHeaders={false}
  />,
);
