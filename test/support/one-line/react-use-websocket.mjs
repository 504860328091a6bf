import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import library from 'react-use-websocket';
import { getTicket, ticketUrl } from 'ticketd/client';

// A module of CommonJS.
const useWebSocket = library.default;
const { options, socketUrl, report } = globalThis;
const withTicket = async () => ticketUrl(socketUrl, (await getTicket(options)).ticket);

const Chat = () => {
  const { sendMessage, lastMessage } = useWebSocket(withTicket, {
    onOpen: () => {
      report('open');
      sendMessage('hello');
    },
    onClose: ({ code }) => code === 4001 && report('stopped'),
    shouldReconnect: ({ code }) => code !== 4001,
    retryOnError: true,
    reconnectAttempts: 1_000,
    reconnectInterval: 100,
  });
  useEffect(() => {
    if (lastMessage) report(lastMessage.data);
  }, [lastMessage]);
  return null;
};
createRoot(document.body.appendChild(document.createElement('main'))).render(createElement(Chat));
