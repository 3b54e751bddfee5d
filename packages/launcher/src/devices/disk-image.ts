// A disk as the BIOS's int 13h and the ATA controller see it: an image in memory, its number, its geometry. What the guest writes changes
// the image, not the file that it came from. Geometries: PC floppy formats; hard disks as QEMU and SeaBIOS translate them (16 heads, more only
// where 1,024 cylinders do not do; Phoenix Enhanced Disk Drive specification 3.0, annex A).

export const sectorSize = 512
/** Drives of this number and above are hard disks. */
export const firstHardDisk = 0x80

export interface Geometry {
  readonly cylinders: number
  readonly heads: number
  readonly sectorsPerTrack: number
}

interface FloppyFormat extends Geometry {
  /** Type of drive, as int 13h function 08h gives it. */
  readonly type: number
}

const floppyFormats: readonly FloppyFormat[] = [
  { cylinders: 40, heads: 1, sectorsPerTrack: 8, type: 1 },
  { cylinders: 40, heads: 1, sectorsPerTrack: 9, type: 1 },
  { cylinders: 40, heads: 2, sectorsPerTrack: 8, type: 1 },
  { cylinders: 40, heads: 2, sectorsPerTrack: 9, type: 1 },
  { cylinders: 80, heads: 2, sectorsPerTrack: 9, type: 3 },
  { cylinders: 80, heads: 2, sectorsPerTrack: 15, type: 2 },
  { cylinders: 80, heads: 2, sectorsPerTrack: 18, type: 4 },
  { cylinders: 80, heads: 2, sectorsPerTrack: 36, type: 6 },
]
const usualFloppy = floppyFormats[6] as FloppyFormat

const sectorsOf = ({ cylinders, heads, sectorsPerTrack }: Geometry) => cylinders * heads * sectorsPerTrack

export class DiskImage {
  /** A whole number of sectors. */
  readonly bytes: Uint8Array
  readonly sectors: number
  readonly drive: number
  readonly geometry: Geometry
  readonly floppyType: number

  /** @param drive 0 for the first floppy, 80h for the first hard disk; by default a floppy for images of a floppy's size, a hard disk else */
  constructor(image: Uint8Array, drive?: number) {
    this.sectors = Math.ceil(image.length / sectorSize)
    this.bytes = new Uint8Array(this.sectors * sectorSize)
    this.bytes.set(image)
    const format = floppyFormats.find((candidate) => sectorsOf(candidate) === this.sectors)
    this.drive = drive ?? (format ? 0 : firstHardDisk)
    this.floppyType = this.isHardDisk ? 0 : (format ?? usualFloppy).type
    this.geometry = this.isHardDisk ? hardDiskGeometry(this.sectors) : (format ?? usualFloppy)
  }

  get isHardDisk(): boolean {
    return this.drive >= firstHardDisk
  }
}

function hardDiskGeometry(sectors: number): Geometry {
  const sectorsPerTrack = 63
  const cylindersWith16 = Math.max(2, Math.floor(sectors / (16 * sectorsPerTrack)))
  if (cylindersWith16 <= 1024) return { cylinders: cylindersWith16, heads: 16, sectorsPerTrack }
  const heads = [32, 64, 128].find((count) => sectors / (count * sectorsPerTrack) <= 1024) ?? 255
  return { cylinders: Math.min(1024, Math.floor(sectors / (heads * sectorsPerTrack))), heads, sectorsPerTrack }
}
