import { findConnection } from './client/connection.ts';
import { ownService } from './client/own-service.ts';

export async function consoleLink(options: { readonly data?: string }): Promise<number> {
  process.stdout.write(`${await ownService(findConnection(options)).createConsoleLink()}\n`);
  return 0;
}
