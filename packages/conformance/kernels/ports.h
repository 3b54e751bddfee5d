#ifndef PORTS_H
#define PORTS_H
#define PIC1_COMMAND 0x20
#define PIC1_DATA (PIC1_COMMAND + 1)
#define PIC2_COMMAND 0xa0
#define PIC2_DATA (PIC2_COMMAND + 1)
#define PIT_CHANNEL0 0x40
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182
#define COM1 0x3f8
#define DEBUG_EXIT 0xf4
#define KEYBOARD_DATA 0x60
#define KEYBOARD_STATUS 0x64
/* write a byte to a port that fits in an immediate */
#define OUTB(port, value) movb $(value), %al ; outb %al, $(port)
#define GDT_ENTRY(base, limit, access, flags) \
  .word (limit) & 0xffff, (base) & 0xffff ; \
  .byte ((base) >> 16) & 0xff, access, (flags) << 4 | ((limit) >> 16) & 0xf, (base) >> 24
#endif
