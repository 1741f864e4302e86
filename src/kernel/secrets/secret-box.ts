import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { Fault } from '../errors.ts';
import type { SecretBox } from '../kernel.ts';
import type { Keyring, MasterKey } from './keyring.ts';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM envelopes, `v1.<key id>.<base64url of nonce, cipher text and tag>`, bound to account and id: moved to
 * another row they do not open.
 */
export function createSecretBox(keyring: Keyring): SecretBox {
  const derived = new Map<string, Buffer>();
  const keyFor = (master: MasterKey) => {
    const known = derived.get(master.id);
    if (known) return known;
    const key = Buffer.from(hkdfSync('sha256', master.bytes, '', 'pipewright secrets', 32));
    derived.set(master.id, key);
    return key;
  };
  return {
    seal(account, id, plain) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyFor(keyring.newest), nonce).setAAD(bond(account, id));
      const parts = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()];
      return `v1.${keyring.newest.id}.${Buffer.concat(parts).toString('base64url')}`;
    },
    open(account, id, sealed) {
      const [version, keyId, body] = sealed.split('.');
      if (version !== 'v1' || !keyId || !body) throw new Fault('this is not a sealed secret');
      const bytes = Buffer.from(body, 'base64url');
      const key = keyFor(keyring.find(keyId));
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAAD(bond(account, id)).setAuthTag(bytes.subarray(-TAG_BYTES));
        const plain = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
        return Buffer.concat([plain, decipher.final()]).toString('utf8');
      } catch (error) {
        throw new Fault(`the secret ${id} of account ${account} does not open`, error);
      }
    },
  };
}

function bond(account: string, id: string): Buffer {
  return Buffer.from(JSON.stringify([account, id]));
}
