import { afterEach, beforeEach } from 'vitest';
import type { DatabasePlace } from '../contracts/each-database.ts';
import type { TestKernel } from '../support/test-kernel.ts';
import { type EngineRoom, openEngineRoom, pipelineViewer } from './engine-room.ts';
import { type TestPlaces, testPlaces } from './test-place.ts';

/** What the tests of a suite work with; anew for each test. */
export interface EngineSuite {
  kernel: TestKernel;
  engine: EngineRoom;
  view: ReturnType<typeof pipelineViewer>;
  places: TestPlaces;
  /** Ends the kernel and opens the room again on the same data. */
  restart(): Promise<void>;
}

/**
 * The room on a kernel of its own for each test of a suite.
 * @param taken places where somebody is at work from the beginning
 */
export function engineForEachTest(
  newPlace: () => Promise<DatabasePlace>,
  taken: readonly string[] = [],
): EngineSuite {
  const suite = {} as EngineSuite;
  let database: DatabasePlace;
  const open = async () => {
    const kernel = await database.openKernel();
    const places = testPlaces(kernel, taken);
    const engine = await openEngineRoom(kernel, { places });
    Object.assign(suite, { kernel, places, engine, view: pipelineViewer(engine) });
  };
  suite.restart = async () => {
    await suite.kernel.close();
    await open();
  };
  beforeEach(async () => {
    database = await newPlace();
    await open();
  });
  afterEach(() => database[Symbol.asyncDispose]());
  return suite;
}
