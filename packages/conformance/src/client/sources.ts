// The C sources of the clients, fetched once into the cache: sqlite3.c by npm, Lua and zlib as Debian's source packages.

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runTool, sqliteFolder } from '../bench/inputs.ts'
import { cacheFolder } from '../core/cache.ts'
import { WrongUse } from '../core/case.ts'

export interface ClientProject {
  readonly name: string
  readonly folder: string
  /** Sources, relative to the folder. */
  readonly files: readonly string[]
  readonly flags: readonly string[]
}

/** Fetches a Debian source package with apt-get, from the package sources that this machine is set up for. */
function debianSource(name: string, tarball: RegExp): string {
  const folder = cacheFolder('client')
  const place = join(folder, name)
  if (existsSync(place)) return place
  const apt = cacheFolder('client', 'apt')
  const lists = join(apt, 'lists')
  if (!existsSync(lists)) {
    const etc = join(apt, 'etc')
    cpSync('/etc/apt', etc, { recursive: true })
    const places = [join(etc, 'sources.list'), ...readdirSync(join(etc, 'sources.list.d')).map((file) => join(etc, 'sources.list.d', file))]
    for (const path of places.filter((file) => existsSync(file)))
      writeFileSync(
        path,
        readFileSync(path, 'utf8')
          .replace(/^Types: deb$/gm, 'Types: deb-src')
          .replace(/^deb /gm, 'deb-src '),
      )
    mkdirSync(join(lists, 'partial'), { recursive: true })
  }
  const options = ['-o', `Dir::Etc=${join(apt, 'etc')}`, '-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${apt}`]
  const fetched = cacheFolder('client', 'fetched')
  runTool(['apt-get', ...options, '-qq', 'update'], fetched)
  runTool(['apt-get', ...options, '-qq', 'source', '--download-only', name], fetched)
  const found = readdirSync(fetched).find((file) => tarball.test(file))
  if (found === undefined) throw new WrongUse(`apt-get gave no source of ${name}`)
  const fresh = `${place}.new`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh)
  runTool(['tar', '-xf', join(fetched, found), '-C', fresh, '--strip-components=1'], fetched)
  renameSync(fresh, place)
  return place
}

const cFiles = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.c'))
    .sort()

export function clientProjects(): ClientProject[] {
  const lua = join(debianSource('lua5.4', /^lua5\.4_.*\.orig\.tar/), 'src')
  const zlib = debianSource('zlib', /^zlib_.*\.orig\.tar/)
  return [
    { name: 'lua', folder: lua, files: cFiles(lua).filter((name) => name !== 'luac.c'), flags: ['-DLUA_USE_POSIX', '-DLUA_COMPAT_5_3'] },
    { name: 'zlib', folder: zlib, files: cFiles(zlib), flags: ['-DHAVE_UNISTD_H', '-DHAVE_STDARG_H'] },
    { name: 'sqlite', folder: sqliteFolder(), files: ['sqlite3.c'], flags: ['-DSQLITE_THREADSAFE=0', '-DSQLITE_OMIT_LOAD_EXTENSION'] },
  ]
}
