/** Why an input is refused: nothing changes, and the caller hears the modelled exception of this name. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'Refusal';
    this.code = code;
  }
}
