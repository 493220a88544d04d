/** A stack trace as its runtime prints it, and of how many lines each record consists that it should become. */
export interface Trace {
  readonly name: string;
  readonly records: readonly number[];
  readonly lines: readonly string[];
}

/** `lines` without the newlines at its ends; by default all of them are one record. */
function trace(name: string, lines: string, records?: readonly number[]): Trace {
  const split = lines.replace(/^\n/, '').replace(/\n$/, '').split('\n');
  return { name, lines: split, records: records ?? [split.length] };
}

export const JAVA: readonly Trace[] = [
  trace(
    'an exception that a logger reports, with causes and one that was suppressed',
    `
2026-11-25 06:00:00,123 ERROR [http-8080-1] com.acme.shop.OrderService - order 4711 failed
java.lang.IllegalStateException: could not load
	at com.acme.shop.OrderService.load(OrderService.java:51)
	at com.acme.shop.OrderService$$Lambda/0x00007f1c2c001000.apply(Unknown Source)
	at java.base/java.lang.Thread.run(Thread.java:840)
	Suppressed: java.io.IOException: close failed
		at com.acme.shop.Store.close(Store.java:33)
		... 8 more
	Caused by: java.lang.Error: inside
		... 9 more
Caused by: java.sql.SQLException: connection refused
	at com.acme.shop.Store.open(Store.java:12)
	... 9 more
Caused by: [CIRCULAR REFERENCE: java.lang.IllegalStateException: could not load]`,
  ),
  trace(
    'an uncaught exception',
    `
Exception in thread "main" java.lang.ExceptionInInitializerError
	at Shop.main(Shop.java:5)
Caused by: java.lang.ArithmeticException: / by zero
	at Shop.<clinit>(Shop.java:2)
	... 1 more`,
  ),
  trace(
    'the root cause first, as logback can print it, with packages',
    `
06:00:00.123 [main] ERROR c.a.Shop - failed
java.io.IOException: disk is full
	at com.acme.Disk.write(Disk.java:3) ~[shop.jar:1.0]
	... 2 common frames omitted
Wrapped by: com.acme.shop.OrderException: order 4711
	at com.acme.Shop.main(Shop.java:9) ~[shop.jar:1.0]`,
  ),
  trace(
    'the exception on the line that reports it',
    `
2026-11-25T06:00:00.000Z ERROR failed java.util.concurrent.CompletionException: java.lang.RuntimeException: x
	at java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:315)
Caused by: java.lang.RuntimeException: x
	at com.acme.Shop.lambda$main$0(Shop.java:9)`,
  ),
  trace(
    'java.util.logging, whose records have two lines',
    `
Nov 25, 2026 1:34:27 PM com.acme.Shop main
SEVERE: order failed
java.lang.RuntimeException: x
	at com.acme.Shop.main(Shop.java:9)
Nov 25, 2026 1:34:27\u202fPM com.acme.Shop main
INFO: next`,
    [4, 2],
  ),
  trace(
    'exceptions without a trace, one after the other',
    `
java.io.IOException: first
java.io.IOException: second
com.acme.Shop: started`,
    [1, 1, 1],
  ),
  trace(
    'names of exceptions with other words at the end',
    `
ERROR request failed
feign.FeignException$NotFound: [404 Not Found] during [GET]
	at feign.FeignException.clientErrorStatus(FeignException.java:222)
ERROR match failed
scala.MatchError: 3 (of class java.lang.Integer)
	at Shop$.main(Shop.scala:4)`,
    [3, 3],
  ),
  trace(
    'a Kotlin coroutine',
    `
Exception in thread "DefaultDispatcher-worker-1" java.lang.IllegalStateException: boom
	at com.acme.ShopKt$load$2.invokeSuspend(Shop.kt:14)
	at _COROUTINE._BOUNDARY._(CoroutineDebugging.kt:46)
	Suppressed: kotlinx.coroutines.internal.DiagnosticCoroutineContextException: [StandaloneCoroutine{Cancelling}@3b]
Caused by: java.lang.IllegalStateException: boom
	... 6 more`,
  ),
];

export const PYTHON: readonly Trace[] = [
  trace(
    'chained exceptions, reported by the logger',
    `
ERROR:root:failed
Traceback (most recent call last):
  File "/app/shop.py", line 5, in load
    try: find()
         ^^^^^^
  File "/app/shop.py", line 3, in find
    raise KeyError('id')
KeyError: 'id'

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/shop.py", line 8, in order
    load()
  File "/app/shop.py", line 6, in load
    raise ValueError('bad order') from error
ValueError: bad order

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/app/shop.py", line 10, in <module>
    order()
  File "/app/shop.py", line 9, in order
    1/0
    ~^~
ZeroDivisionError: division by zero
ERROR:root:next`,
    [27, 1],
  ),
  trace(
    'a recursion, an exception without a message and one of a module',
    `
Traceback (most recent call last):
  File "/app/shop.py", line 13, in again
    return again(n - 1)
  [Previous line repeated 996 more times]
RecursionError
Traceback (most recent call last):
  File "/app/shop.py", line 14, in pay
requests.exceptions.ConnectionError: HTTPSConnectionPool(host='pay', port=443): Max retries exceeded
Traceback (most recent call last):
  File "/app/shop.py", line 15, in <module>
KeyboardInterrupt`,
    [5, 3, 3],
  ),
  trace(
    'source code that looks like records of a log',
    `
Traceback (most recent call last):
  File "/app/shop.py", line 1, in <module>
    ERROR = 1 / 0
  File "<string>", line 2, in <module>
    12:00:00
ZeroDivisionError: division by zero`,
  ),
  trace(
    'a group of exceptions',
    `
2026-11-25 06:00:00,123 - shop - ERROR - group
  + Exception Group Traceback (most recent call last):
  |   File "/app/shop.py", line 16, in <module>
  |     raise ExceptionGroup('several', [ValueError(1), TypeError('t')])
  | ExceptionGroup: several (2 sub-exceptions)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +---------------- 2 ----------------
    | TypeError: t
    +------------------------------------

During handling of the above exception, another exception occurred:

  + Exception Group Traceback (most recent call last):
  | ExceptionGroup: again (1 sub-exception)
  +-+---------------- 1 ----------------
    | ValueError: 1
    +------------------------------------`,
  ),
  trace(
    'a task of asyncio, and a callback',
    `
ERROR:asyncio:Task exception was never retrieved
future: <Task finished name='Task-2' coro=<boom() done, defined at /app/shop.py:20> exception=RuntimeError('in task')>
Traceback (most recent call last):
  File "/app/shop.py", line 20, in boom
    raise RuntimeError('in task')
RuntimeError: in task
ERROR:asyncio:Exception in callback tick() at /app/shop.py:4
handle: <TimerHandle when=1 tick() at /app/shop.py:4>
Traceback (most recent call last):
  File "/usr/lib/python3.12/asyncio/events.py", line 88, in _run
    self._context.run(self._callback, *self._args)
ValueError: tick`,
    [6, 6],
  ),
  trace(
    'a syntax error',
    `
  File "/app/shop.py", line 1
    a b
    ^^^
SyntaxError: invalid syntax`,
  ),
  trace(
    'the traceback of another process',
    `
concurrent.futures.process._RemoteTraceback: 
"""
Traceback (most recent call last):
  File "/usr/lib/python3.12/concurrent/futures/process.py", line 263, in _process_worker
    r = call_item.fn(*call_item.args, **call_item.kwargs)
ZeroDivisionError: division by zero
"""

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/app/shop.py", line 31, in <module>
ZeroDivisionError: division by zero`,
  ),
  trace(
    'what SQLAlchemy and psycopg add to their messages',
    `
Traceback (most recent call last):
  File "/app/shop.py", line 3, in <module>
sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) duplicate key value violates unique constraint "orders_pkey"
DETAIL:  Key (id)=(1) already exists.

[SQL: INSERT INTO orders (id) VALUES (%(id)s)]
[parameters: {'id': 1}]
(Background on this error at: https://sqlalche.me/e/20/gkpj)`,
  ),
  trace(
    'a crash of the interpreter',
    `
Fatal Python error: Segmentation fault

Current thread 0x00007f414abccb80 (most recent call first):
  File "/app/shop.py", line 33 in <module>

Extension modules: numpy.core._multiarray_umath (total: 1)`,
  ),
];

export const GO: readonly Trace[] = [
  trace(
    'a panic',
    `
panic: runtime error: index out of range [5] with length 1

goroutine 1 [running]:
main.(*Shop).Order(...)
	/app/main.go:4
main.main()
	/app/main.go:8 +0x425
exit status 2`,
  ),
  trace(
    'a nil pointer',
    `
panic: runtime error: invalid memory address or nil pointer dereference
[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x49f3ca]

goroutine 34 [running]:
github.com/acme/shop/internal/store.(*Store[...]).Get(0xc000010000, {0x4c76bc, 0x3})
	/app/internal/store/store.go:9 +0xca
created by github.com/acme/shop.Run in goroutine 1
	/app/run.go:16 +0x3bc`,
  ),
  trace(
    'a panic in a panic, over several lines',
    `
panic: first [recovered]
	panic: again: first

goroutine 1 [running]:
main.main.func1()
	/app/main.go:10 +0x5b
panic({0x4aa700?, 0x4d0a48?})
	/usr/local/go/src/runtime/panic.go:860 +0x13a
main.main()
	/app/main.go:10 +0x372`,
  ),
  trace(
    'a deadlock with several goroutines',
    `
fatal error: all goroutines are asleep - deadlock!

goroutine 1 [chan receive, 2 minutes]:
main.main()
	/app/main.go:13 +0x2af

goroutine 18 gp=0x1fe49ec801e0 m=nil [finalizer wait]:
runtime.gopark(0x458cd5?, 0x5a79c0?, 0x13?, 0x0?, 0x1fe49ebfc670?)
	/usr/local/go/src/runtime/proc.go:462 +0xce fp=0x1fe49ebfc620 sp=0x1fe49ebfc600 pc=0x479cee
created by runtime.createfing in goroutine 1
	/usr/local/go/src/runtime/mfinal.go:172 +0x3d`,
  ),
  trace(
    'a stack overflow',
    `
runtime: goroutine stack exceeds 1000000000-byte limit
runtime: sp=0x1f0df1c60388 stack=[0x1f0df1c60000, 0x1f0e11c60000]
fatal error: stack overflow

runtime stack:
runtime.throw({0x4c76bc?, 0x1f0dd1baab01?})
	/usr/local/go/src/runtime/panic.go:1229 +0x48 fp=0x1f0dd1bffe98 sp=0x1f0dd1bffe68 pc=0x479c08

goroutine 1 gp=0x1f0dd1baa1e0 m=2 mp=0x1f0dd1be4808 [running]:
main.rec(0x2aaaa44?)
	/app/main.go:6 +0x2f
...11184775 frames elided...
main.main()
	/app/main.go:14 +0x1d`,
  ),
  trace(
    'the goroutines of a process that got SIGQUIT, with registers',
    `
SIGQUIT: quit
PC=0x40866e m=0 sigcode=0

goroutine 0 gp=0x5871c0 m=0 mp=0x587f80 [idle]:
internal/runtime/syscall/linux.Syscall6()
	/usr/local/go/src/internal/runtime/syscall/linux/asm_linux_amd64.s:36 +0xe fp=0x7fffc200e6f0

goroutine 1 gp=0x107302ed01e0 m=nil [sleep]:
time.Sleep(0x34630b8a000)
	/usr/local/go/src/runtime/time.go:363 +0x165

rax    0xfffffffffffffffc
r10    0x36ee7f
rflags 0x246`,
  ),
  trace(
    'the stack that net/http logs',
    `
2026/11/25 06:00:00 http: panic serving 10.0.0.1:51234: boom
goroutine 34 [running]:
net/http.(*conn).serve.func1()
	/usr/local/go/src/net/http/server.go:1947 +0xbe
panic({0x6a3e60?, 0x7d5b90?})
	/usr/local/go/src/runtime/panic.go:792 +0x132
net/http.HandlerFunc.ServeHTTP(0xc0000a6000?, {0x7d8b68?, 0xc0001460e0?}, 0x7?)
	/usr/local/go/src/net/http/server.go:2294 +0x29
created by net/http.(*Server).Serve in goroutine 1
	/usr/local/go/src/net/http/server.go:3454 +0x485
2026/11/25 06:00:01 next`,
    [10, 1],
  ),
  trace(
    'a stack of zap, which has no arguments',
    `
2026-11-25T06:00:00.123Z	ERROR	Reconciler error	{"controller": "shop"}
sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[...]).reconcileHandler
	/go/pkg/mod/sigs.k8s.io/controller-runtime@v0.20.0/pkg/internal/controller/controller.go:332
sigs.k8s.io/controller-runtime/pkg/internal/controller.(*Controller[...]).Start.func2.2
	/go/pkg/mod/sigs.k8s.io/controller-runtime@v0.20.0/pkg/internal/controller/controller.go:240
runtime.goexit
	/usr/local/go/src/runtime/asm_amd64.s:1700
2026-11-25T06:00:01.000Z	INFO	next`,
    [7, 1],
  ),
  trace(
    'an error of pkg/errors',
    `
2026/11/25 06:00:00 disk is full
main.write
	/app/main.go:8
main.main
	/app/main.go:12`,
    [1, 4],
  ),
  trace(
    'a data race',
    `
==================
WARNING: DATA RACE
Write at 0x00c0000140a8 by goroutine 7:
  main.main.func1()
      /app/main.go:10 +0x44

Previous write at 0x00c0000140a8 by main goroutine:
  main.main()
      /app/main.go:11 +0xa4

Goroutine 7 (running) created at:
  main.main()
      /app/main.go:10 +0x9a
==================`,
  ),
  trace(
    'the frames that gin prints',
    `
/app/main.go:10 (0x4a1f2c)
	main.order: panic("x")
/usr/local/go/src/net/http/server.go:2294 (0x6b1a28)
	HandlerFunc.ServeHTTP: f(w, r)`,
  ),
];

export const NODE: readonly Trace[] = [
  trace(
    'an error with a cause and properties',
    `
Error: could not load
    at load (file:///app/shop.mjs:3:58)
    at async file:///app/shop.mjs:4:17
    ... 2 lines matching cause stack trace ...
    at async asyncRunEntryPointWithESMLoader (node:internal/modules/run_main:105:5) {
  [cause]: Error: no answer
      at inner (file:///app/shop.mjs:2:39)
      at async node:internal/modules/esm/loader:650:26 {
    code: 'ECONNREFUSED'
  }
}
order 4712 received`,
    [11, 1],
  ),
  trace(
    'an uncaught error, whose source code stands at the left edge',
    `
file:///app/shop.mjs:3
async function load(){ try{ inner() }catch(cause){ throw new Error('could not load',{cause}) } }
                                                         ^

TypeError: could not load
    at load (file:///app/shop.mjs:3:58) {
  [cause]: 'x'
}

Node.js v26.10.0`,
  ),
  trace(
    'a module that is missing',
    `
node:internal/modules/cjs/loader:1595
  throw err;
  ^

Error: Cannot find module 'nope'
Require stack:
- /app/shop.cjs
    at Module._resolveFilename (node:internal/modules/cjs/loader:1591:15) {
  code: 'MODULE_NOT_FOUND',
  requireStack: [ '/app/shop.cjs' ]
}

Node.js v26.10.0`,
  ),
  trace(
    'errors that are printed',
    `
Error: Cannot find module 'nope'
Require stack:
- /app/shop.cjs
    at Module._resolveFilename (node:internal/modules/cjs/loader:1591:15)
Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'nope' imported from /app/shop.mjs
    at packageResolve (node:internal/modules/esm/resolve:751:25)
TypeError: x is not a function
    at /app/shop.js:3:1`,
    [4, 2, 2],
  ),
  trace(
    'a thrown text',
    `

node:internal/modules/run_main:111
    triggerUncaughtException(
    ^
just text
(Use \`node --trace-uncaught ...\` to show where the exception was thrown)

Node.js v26.10.0`,
  ),
  trace(
    'several errors in one',
    `
AggregateError: all failed
    at file:///app/shop.mjs:10:29 {
  [errors]: [
    Error: a
        at file:///app/shop.mjs:10:49
        at ModuleJob.run (node:internal/modules/esm/module_job:569:25),
    Error: b
        at file:///app/shop.mjs:10:65
  ]
}`,
  ),
  trace(
    'a warning',
    `
(node:1) [DEP0005] DeprecationWarning: Buffer() is deprecated
(Use \`node --trace-deprecation ...\` to show where the warning was created)
(node:1) Warning: next`,
    [2, 1],
  ),
  trace(
    'objects that console.log prints',
    `
received {
  id: 1,
  deep: { a: { b: [Object] } }
} {
  z: 'y'
}
next`,
    [6, 1],
  ),
  trace(
    'the heap is full',
    `

<--- Last few GCs --->

[1:0x7f1c2c001000]    30123 ms: Mark-Compact 2046.5 (2082.5) -> 2045.7 (2082.7) MB, 1024.21 / 0.00 ms
[1:0x7f1c2c001000]    31456 ms: Mark-Compact (reduce) 2046.8 (2082.8) -> 2046.0 (2083.0) MB

<--- JS stacktrace --->

FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
----- Native stack trace -----

 1: 0xb8ced1 node::OOMErrorHandler(char const*, v8::OOMDetails const&) [node]
 2: 0xf06460 v8::Utils::ReportOOMFailure(v8::internal::Isolate*, char const*) [node]
10: 0x13cff81  [node]`,
  ),
];

export const RUBY: readonly Trace[] = [
  trace(
    'an uncaught exception with its cause',
    `
/app/shop.rb:4:in 'Object#order': outer (RuntimeError)
	from /app/shop.rb:1:in 'Object#order'
	from /app/shop.rb:7:in '<main>'
/app/shop.rb:2:in 'Integer#/': divided by 0 (ZeroDivisionError)
	from /app/shop.rb:7:in '<main>'`,
  ),
  trace(
    'quotes as they were before 3.4, and frames of the interpreter',
    `
shop.rb:1:in \`foo': no such order (Shop::NotFound)
	from <internal:kernel>:187:in \`loop'
	from shop.rb:3:in \`<main>'`,
  ),
  trace(
    'an exception that shows its source code and a suggestion',
    `
shop.rb:1:in 'Object#pay': undefined method 'time' for an instance of Integer (NoMethodError)

1.time {}
 ^^^^^
Did you mean?  times
	from shop.rb:3:in '<main>'`,
  ),
  trace(
    'an exception given to the logger',
    `
E, [2026-11-25T06:00:00.000000 #1] ERROR -- : no such order (Shop::NotFound)
app/services/shop.rb:2:in 'Shop#find'
app/services/shop.rb:5:in 'block in Shop#order'
/usr/local/bundle/gems/rack-3.1.0/lib/rack/builder.rb:250:in 'call'
I, [2026-11-25T06:00:01.000000 #1]  INFO -- : next`,
    [4, 1],
  ),
  trace(
    'the oldest frame first, as some versions did',
    `
Traceback (most recent call last):
	2: from shop.rb:7:in \`<main>'
	1: from shop.rb:4:in \`foo'
shop.rb:2:in \`/': divided by 0 (ZeroDivisionError)`,
  ),
];

export const PHP: readonly Trace[] = [
  trace(
    'uncaught exceptions, one because of the other',
    `
PHP Fatal error:  Uncaught RuntimeException: inner in /app/shop.php:3
Stack trace:
#0 /app/shop.php(7): inner()
#1 {main}

Next LogicException: outer in /app/shop.php:9
Stack trace:
#0 [internal function]: {closure}()
#1 /app/shop.php(12): array_map(Object(Closure), Array)
#2 {main}
  thrown in /app/shop.php on line 9`,
  ),
  trace(
    'what the command line prints',
    `

Fatal error: Uncaught Exception: boom in /app/shop.php:3
Stack trace:
#0 {main}
  thrown in /app/shop.php on line 3`,
  ),
  trace(
    'Laravel',
    `
[2026-11-25 06:00:00] production.ERROR: boom {"exception":"[object] (Exception(code: 0): boom at /app/shop.php:3)
[stacktrace]
#0 /app/vendor/laravel/framework/src/Illuminate/Routing/Controller.php(54): App\\\\Shop->order()
#1 {main}

[previous exception] [object] (LogicException(code: 0): why at /app/shop.php:2)
[stacktrace]
#0 {main}
"} 
[2026-11-25 06:00:01] production.INFO: next`,
    [5, 4, 1],
  ),
  trace(
    'a trace after the message',
    `
[25-Nov-2026 06:00:00 UTC] order failed
#0 /app/shop.php(7): pay()
#1 {main}`,
  ),
];

export const DOTNET: readonly Trace[] = [
  trace(
    'an uncaught exception with an inner one',
    `
Unhandled exception. System.InvalidOperationException: could not load
 ---> System.ArgumentException: bad id (Parameter 'id')
   at Shop.Find(Int32 id) in /app/Shop.cs:line 4
   --- End of inner exception stack trace ---
   at Shop.Load() in /app/Shop.cs:line 9
--- End of stack trace from previous location ---
   at Shop.Main() in /app/Shop.cs:line 12`,
  ),
  trace(
    'frames of asynchronous methods',
    `
2026-11-25 06:00:00.1234|ERROR|Shop.Orders|order failed
System.Net.Http.HttpRequestException: Connection refused (pay:443)
   at System.Net.Http.HttpConnectionPool.ConnectAsync(HttpRequestMessage request, Boolean async)
--- End of stack trace from previous location ---
   at Shop.Orders.PayAsync() in /app/Orders.cs:line 12`,
  ),
  trace(
    'several exceptions in one, given to Serilog',
    `
[06:00:00 ERR] order failed
System.AggregateException: One or more errors occurred. (a) (b)
 ---> System.InvalidOperationException: a
   at Shop.A()
   --- End of inner exception stack trace ---
   at System.Threading.Tasks.Task.WaitAllCore(Task[] tasks)
 ---> (Inner Exception #1) System.ArgumentException: b
   at Shop.B()<---

[06:00:01 INF] next`,
    [9, 1],
  ),
  trace(
    'the console logger, which indents messages',
    `
fail: Microsoft.AspNetCore.Server.Kestrel[13]
      Connection id "0HN", Request id "0HN:1": An unhandled exception was thrown by the application.
      System.InvalidOperationException: boom
         at Shop.Program.<>c.<Main>b__0_0(HttpContext context) in /app/Program.cs:line 7
         at Microsoft.AspNetCore.Routing.EndpointMiddleware.Invoke(HttpContext httpContext)
      --- End of stack trace from previous location ---
         at Shop.Program.Main()
info: Microsoft.Hosting.Lifetime[0]
      Application is shutting down...`,
    [7, 2],
  ),
  trace(
    'an error of PostgreSQL inside',
    `
Microsoft.EntityFrameworkCore.DbUpdateException: An error occurred while saving the entity changes.
 ---> Npgsql.PostgresException (0x80004005): 23505: duplicate key value violates unique constraint "PK_Orders"

DETAIL: Key ("Id")=(1) already exists.
   at Npgsql.Internal.NpgsqlConnector.ReadMessageLong(Boolean async)
  Exception data:
    Severity: ERROR
    SqlState: 23505
   --- End of inner exception stack trace ---
   at Shop.Save()`,
  ),
];

export const RUST: readonly Trace[] = [
  trace(
    'a panic with a backtrace',
    `

thread 'main' (1961) panicked at src/main.rs:4:68:
index out of bounds: the len is 1 but the index is 9
stack backtrace:
   0: __rustc::rust_begin_unwind
             at /rustc/59807616e1fa2540724bfbac14d7976d7e4a3860/library/std/src/panicking.rs:689:5
   1: core::panicking::panic_fmt
   6: core::ops::function::FnOnce::call_once
note: Some details are omitted, run with \`RUST_BACKTRACE=full\` for a verbose backtrace.`,
  ),
  trace(
    'an assertion, without a backtrace',
    `
thread 'tokio-runtime-worker' panicked at src/main.rs:4:97:
assertion \`left == right\` failed: counts differ
  left: 1
 right: 2
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
  ),
  trace(
    'a panic of older versions',
    `
thread '<unnamed>' panicked at 'called \`Option::unwrap()\` on a \`None\` value', src/main.rs:2:5
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace
next line`,
    [2, 1],
  ),
  trace(
    'an error that main returned, with its causes',
    `
Error: could not read the configuration

Caused by:
    0: could not open shop.toml
    1: No such file or directory (os error 2)

Stack backtrace:
   0: anyhow::error::<impl anyhow::Error>::msg
   1: shop::main
             at ./src/main.rs:4:5`,
  ),
  trace(
    'a stack overflow',
    `

thread 'main' (1993) has overflowed its stack
fatal runtime error: stack overflow, aborting`,
  ),
];

export const TRACES: Readonly<Record<string, readonly Trace[]>> = {
  Java: JAVA,
  Python: PYTHON,
  Go: GO,
  'Node.js': NODE,
  Ruby: RUBY,
  PHP,
  '.NET': DOTNET,
  Rust: RUST,
};
