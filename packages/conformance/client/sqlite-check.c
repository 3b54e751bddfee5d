// A client of sqlite3.c that checks itself: it prints a digest of what the queries gave.
#include <stdio.h>
#include "sqlite3.h"

static unsigned digest = 2166136261u;

static int row(void *unused, int count, char **values, char **names) {
  (void)unused;
  for (int i = 0; i < count; i++)
    for (const char *p = values[i] ? values[i] : names[i]; *p; p++) digest = (digest ^ (unsigned char)*p) * 16777619u;
  return 0;
}

int main(void) {
  sqlite3 *db;
  char *message = 0;
  if (sqlite3_open(":memory:", &db)) return 1;
  const char *script =
      "create table t(id integer primary key, name text, value real);"
      "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)"
      " insert into t select i, printf('row %05d', (i * 7919) % 5003), i / 7.0 from n;"
      "create index by_name on t(name);"
      "select name, value from t order by name desc limit 100;"
      "select count(*), sum(value), avg(length(name)), group_concat(id) from t where id % 97 = 3;"
      "update t set value = value * -1.5 where name like '%9%';"
      "select round(sum(value), 6), max(name), min(value) from t group by id % 10 order by 1;"
      "select json_extract('{\"a\":[1,2,{\"b\":3.25}]}', '$.a[2].b'), hex(zeroblob(4)), julianday('2026-11-22');";
  if (sqlite3_exec(db, script, row, 0, &message)) { fprintf(stderr, "%s\n", message); return 1; }
  sqlite3_close(db);
  printf("%08x\n", digest);
  return 0;
}
