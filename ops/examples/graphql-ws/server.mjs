import { createServer } from 'node:http';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { closeAtSessionEnd, createGateway } from 'ticketd/gateway';
import { WebSocketServer } from 'ws';

// The codes of graphql-ws, whose client retries after 1013 and 4403, not after 4401.
const CLOSE_CODES = { 401: 4401, 403: 4403, 503: 1013 };

const { PORT, TICKETD_URL, GATEWAY_KEY } = process.env;
const gateway = createGateway({
  redeem: { url: TICKETD_URL, key: GATEWAY_KEY },
  onEvent: (event) => console.log(JSON.stringify(event)),
});
const me = { type: GraphQLString, resolve: (_root, _args, { subject }) => subject };
const schema = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { me } }) });

const onConnect = async ({ connectionParams, extra }) => {
  const { socket, request } = extra;
  const origin = request.headers.origin ?? null;
  try {
    extra.admission = await gateway.redeem(connectionParams?.ticket, { origin, audience: 'chat' });
  } catch ({ status, errorCode }) {
    socket.close(CLOSE_CODES[status], errorCode);
    return false;
  }
  gateway.track(socket, extra.admission);
  closeAtSessionEnd(socket, extra.admission);
  return true;
};

const server = createServer();
useServer({ schema, onConnect, context: ({ extra }) => extra.admission }, new WebSocketServer({ server }));
server.listen(PORT);
