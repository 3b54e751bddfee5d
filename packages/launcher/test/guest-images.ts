// Golden bytes of guests/*.S by GNU assembler (GNU Binutils for Debian) 2.40, made by build-guests.mjs: [offset, hex] of what is not zero.
export const guestImages: Record<string, readonly (readonly [offset: number, hex: string])[]> = {
  'divide-error': [
    [0x0, '31c08ed88ed0bc0070c70600001f008c0e020030c9b80500f6f1b021e6f1f489e583460002b044e6f1cf'],
    [0xfff0, 'ea000000f0'],
  ],
  'external-interrupt': [
    [0x0, '31c08ed88ed0bc0070c70600012b008c0e020131dbfbf483fb0372fafabe3100b90400baf100fc2ef36ef443b02ee6f1cf646f6e65'],
    [0xfff0, 'ea000000f0'],
  ],
  'in-sizes': [
    [
      0x0,
      'ba000366b8ffffffffec663d5affffff752eed663d3412ffff752566ed663defbeadde751bba01036631c066ed6683f8ff750db06fe6f1b06be6f1b00ae6f1f4b021e6f1f4',
    ],
    [0xfff0, 'ea000000f0'],
  ],
  insb: [
    [0x0, '31c08ec08ed8fcbf0005b90400ba0003f36cbe0005b90400baf100f36ef4'],
    [0xfff0, 'ea000000f0'],
  ],
  'interrupt-window': [
    [0x0, '31c08ed88ed0bc0070c706000125008c0e0201e499b031e6f1b05bfbe6f190fab05de6f1f450b069e6f158cf'],
    [0xfff0, 'ea000000f0'],
  ],
  'invalid-opcode': [
    [0x0, '31c08ed88ed0bc0070c706180016008c0e1a000f0bf4b055e6f1f4'],
    [0xfff0, 'ea000000f0'],
  ],
  ivt: [
    [0x0, '31c08ed88ed0bc0070c706840020008c0e8600b061cd21b062cd21b063cd21f4e6f1cf'],
    [0xfff0, 'ea000000f0'],
  ],
  mmio: [
    [
      0x0,
      '2e660f011698000f20c00c010f22c066ea17000f000800b8100000008ed8c705000000087856341266c70504000008bc9ac60506000008dea1100000083dbebafeca75330fb605140000083dee0000007525c7050000000901000000a10000000983f8ff7511b06de6f1b06de6f1b069e6f1b06fe6f1f4b021e6f1f48db400000000000000000000ffff0000009bcf00ffff00000093cf00170080000f',
    ],
    [0xfff0, 'ea000000f0'],
  ],
  outb: [
    [0x0, 'b048e6f1b065e6f1b06ce6f1e6f1b06fe6f1b00ae6f1f4'],
    [0xfff0, 'ea000000f0'],
  ],
  outsb: [
    [0x0, 'baf100be0e00b90e00fc2ef36ef448656c6c6f2c20576f726c64210a'],
    [0xfff0, 'ea000000f0'],
  ],
  'protected-mode': [
    [
      0x0,
      '2e660f011668000f20c00c010f22c066ea17000f000800b8100000008ed88ed0bc00700000c7050000200033000000e810000000c7050000200032000000e801000000f4a100002000e6f1c38db400000000000000000000ffff0000009bcf00ffff00000093cf00170050000f',
    ],
    [0xfff0, 'ea000000f0'],
  ],
  'self-modifying': [
    [0x0, '8cc88ed8b90500b041e6f1fe060800e2f6f4'],
    [0xfff0, 'ea000000f0'],
  ],
  spin: [
    [0x0, 'b078e6f1ebfe'],
    [0xfff0, 'ea000000f0'],
  ],
  stop: [
    [0x0, 'be1800b90600baf100fc2ef36eb02aba0105eeb021e6f1f46265666f7265'],
    [0xfff0, 'ea000000f0'],
  ],
  'triple-fault': [
    [
      0x0,
      'b074e6f12e660f011e46002e660f011640000f20c00c010f22c066ea22000f0008000f0bf48d74000000000000000000ffff0000009bcf00ffff00000093cf00170028000f',
    ],
    [0xfff0, 'ea000000f0'],
  ],
  'unmapped-jump': [
    [0x0, 'b06ae6f12e660f011638000f20c00c010f22c066ea0000004008008db40000900000000000000000ffff0000009bcf00ffff00000093cf00170020000f'],
    [0xfff0, 'ea000000f0'],
  ],
}
