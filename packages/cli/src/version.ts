// The version of the command that this code was bundled into: scripts/bundle.mjs puts it in the place of the name below,
// so that no command reads its package.json at start.

declare const __KERNELBOX_VERSION__: string | undefined

export const version: string = typeof __KERNELBOX_VERSION__ === 'string' ? __KERNELBOX_VERSION__ : '0.0.0-unbundled'
