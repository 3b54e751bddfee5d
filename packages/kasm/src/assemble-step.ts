import type { BuildState } from './build.ts'
export async function assembleAll(state: BuildState): Promise<void> {
  void state
}
