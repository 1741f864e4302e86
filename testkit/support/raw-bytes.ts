import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/** A connection for bytes as they are. What goes wrong on it shows in what comes back, not as an error. */
export function openConnection(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

/** Sends bytes and answers all that comes back until the server hangs up. */
export function sendBytes(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = openConnection(port);
  socket.write(bytes);
  return text(socket);
}
