import type { Buildspec } from './buildspec/types.ts';

export type UserChoice =
  /** The user that commands run as anyway. */
  | { readonly kind: 'default' }
  | { readonly kind: 'user'; readonly name: string }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * Who the commands run as (`run-as`, at the top and for each phase). The shell of a build is one process, and it has no
 * rights to become somebody else: phases with commands must agree.
 */
export function chooseUser({ runAs, phases }: Pick<Buildspec, 'runAs' | 'phases'>): UserChoice {
  const users = phases
    .filter((phase) => phase.commands.length + phase.finally.length > 0)
    .map((phase) => ({ phase: phase.name, user: nameOf(phase.runAs ?? runAs) }));
  const names = new Set(users.map(({ user }) => user));
  if (names.size > 1) {
    const each = users
      .map(({ phase, user }) => `${phase} as ${user ?? 'the user of the sandbox'}`)
      .join(', ');
    return {
      kind: 'refused',
      message: `run-as: all phases of a build run as one user here, but this one has ${each}`,
    };
  }
  const [name] = names;
  return name === undefined ? { kind: 'default' } : { kind: 'user', name };
}

function nameOf(user: string | undefined): string | undefined {
  return user === 'root' ? undefined : user;
}
