/** A person and a moment as git writes them. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  /** Seconds since the epoch. */
  readonly seconds: number;
  /** `+0200`. */
  readonly zone: string;
}

export interface Commit {
  readonly treeId: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

const NOBODY: Signature = { name: '', email: '', seconds: 0, zone: '+0000' };

/** Reads a commit object. Headers that are of no use here (`gpgsig`, `encoding`) are passed over. */
export function parseCommit(content: Buffer): Commit {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text : text.slice(0, end);
  let treeId = '';
  let author = NOBODY;
  let committer = NOBODY;
  const parents: string[] = [];
  for (const line of head.split('\n')) {
    const at = line.indexOf(' ');
    const value = line.slice(at + 1);
    switch (line.slice(0, at)) {
      case 'tree':
        treeId = value;
        break;
      case 'parent':
        parents.push(value);
        break;
      case 'author':
        author = parseSignature(value);
        break;
      case 'committer':
        committer = parseSignature(value);
        break;
    }
  }
  return { treeId, parents, author, committer, message: end < 0 ? '' : text.slice(end + 2) };
}

export function parseSignature(text: string): Signature {
  const found = /^(.*?) ?<([^>]*)> ?(-?\d+)? ?([+-]\d{4})?/.exec(text);
  if (!found) return { ...NOBODY, name: text };
  return {
    name: found[1] ?? '',
    email: found[2] ?? '',
    seconds: Number(found[3] ?? 0),
    zone: found[4] ?? '+0000',
  };
}

/** `1700000000 +0200`: how CodeCommit's API gives the time of a commit. */
export function signatureDate({ seconds, zone }: Signature): string {
  return `${seconds} ${zone}`;
}

/** Characters that git itself drops from a name or an address. */
export function cleanIdentity(text: string): string {
  return text.replace(/[<>\p{Cc}]/gu, '').trim();
}

export function formatCommit(commit: Commit): Buffer {
  const lines = [
    `tree ${commit.treeId}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${formatSignature(commit.author)}`,
    `committer ${formatSignature(commit.committer)}`,
    '',
    commit.message,
  ];
  return Buffer.from(lines.join('\n'), 'utf8');
}

function formatSignature(who: Signature): string {
  return `${who.name} <${who.email}> ${who.seconds} ${who.zone}`;
}
