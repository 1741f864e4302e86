import { connect, type Socket } from 'node:net';

/** A connection for bytes as they are. What goes wrong on it shows in what comes back, not as an error. */
export function openConnection(port: number): Socket {
  return connect(port, '127.0.0.1').on('error', () => {});
}

/** All that comes back until the connection is closed, orderly or not. */
export function answerOn(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => void pieces.push(piece));
    socket.once('close', () => resolve(Buffer.concat(pieces).toString('utf8')));
  });
}

/** Sends bytes and answers all that comes back until the server hangs up. */
export function sendBytes(port: number, bytes: string | Uint8Array): Promise<string> {
  const socket = openConnection(port);
  socket.write(bytes);
  return answerOn(socket);
}
