import { example, type Example } from './example.ts';

/** Everything that is not JSON. */
export const TEXT_EXAMPLES: readonly Example[] = [
  example('klog', 'klog', {
    line: 'E0102 03:04:05.678901       1 reflector.go:147] Failed to list *v1.Pod: no route to host',
    becomes: '{"log.level":"error","log.origin.file.name":"reflector.go","log.origin.file.line":147,"process.pid":1}',
  }),
  example('klog', 'glog', {
    line: 'W20260102 03:04:05.678901  4711 cart.cc:7] card expired',
    becomes: '{"log.level":"warning","log.origin.file.name":"cart.cc","log.origin.file.line":7,"process.pid":4711}',
  }),
  example('access', 'Apache, common', {
    line: '10.0.0.7 - ada [02/Jan/2026:03:04:05 +0000] "GET /cart HTTP/1.0" 200 2326',
    becomes:
      '{"http.request.method":"GET","http.response.status_code":200,"http.response.body.bytes":2326,"http.version":"1.0","url.original":"/cart","client.address":"10.0.0.7"}',
  }),
  example('access', 'nginx and Apache, combined', {
    line: '2001:db8::7 - - [02/Jan/2026:03:04:05 +0100] "POST /pay?id=7 HTTP/2.0" 402 31 "https://shop/" "Mozilla/5.0 (X11)"',
    becomes:
      '{"http.request.method":"POST","http.response.status_code":402,"http.response.body.bytes":31,"http.version":"2.0","url.original":"/pay?id=7","client.address":"2001:db8::7","user_agent.original":"Mozilla/5.0 (X11)"}',
  }),
  example('access', 'Apache, virtual host before it', {
    line: 'shop.example:443 10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET / HTTP/1.1" 304 - "-" "curl/8.5.0"',
    becomes:
      '{"http.request.method":"GET","http.response.status_code":304,"http.version":"1.1","url.original":"/","client.address":"10.0.0.7","user_agent.original":"curl/8.5.0"}',
  }),
  example('access', 'ingress-nginx, more behind it', {
    line: '10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "GET /cart HTTP/1.1" 200 512 "-" "curl/8.5.0" 83 0.004 [shop-cart-80] [] 10.1.0.9:8080 512 0.004 200 traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    becomes:
      '{"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","http.request.method":"GET","http.response.status_code":200,"http.response.body.bytes":512,"http.version":"1.1","url.original":"/cart","client.address":"10.0.0.7","user_agent.original":"curl/8.5.0"}',
  }),
  example('access', 'a request that is none', {
    line: String.raw`10.0.0.7 - - [02/Jan/2026:03:04:05 +0000] "\x16\x03\x01" 400 157 "-" "-"`,
    becomes: '{"http.response.status_code":400,"http.response.body.bytes":157,"client.address":"10.0.0.7"}',
  }),
  example('syslog', 'RFC 3164', {
    line: '<34>Jan  2 03:04:05 cart-0 su[230]: authentication failed for ada',
    becomes: '{"log.level":"crit","process.name":"su","process.pid":230}',
  }),
  example('syslog', 'RFC 3164, no priority', {
    line: 'Jan 12 03:04:05 cart-0 postfix/smtpd[230]: connect from unknown',
    becomes: '{"process.name":"postfix/smtpd","process.pid":230}',
  }),
  example('syslog', 'syslog() of the C library, no host', {
    line: '<13>Jan  2 03:04:05 cron: job 7 started',
    becomes: '{"log.level":"notice","process.name":"cron"}',
  }),
  example('syslog', 'RFC 5424', {
    line: '<165>1 2026-01-02T03:04:05.678Z cart-0 payment 4711 ID47 [opentelemetry trace_id="102981ABCD2901" span_id="abcdef1010" trace_flags="01"] paid',
    becomes:
      '{"log.level":"notice","trace.id":"000000000000000000102981abcd2901","span.id":"000000abcdef1010","process.name":"payment","process.pid":4711}',
  }),
  example('syslog', 'RFC 5424, no priority', {
    line: '1 2026-01-02T03:04:05Z cart-0 payment - - - ERROR cannot pay',
    becomes: '{"log.level":"error","process.name":"payment"}',
  }),
  example('logfmt', 'slog, text', {
    line: String.raw`time=2026-01-02T03:04:05.678Z level=INFO msg="order paid" order=7 amount=12.50 paid=true card="Ada \"L\"" trace_id=4bf92f3577b34da6a3ce929d0e0e4736`,
    becomes: String.raw`{"message":"order paid","log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","app":{"time":"2026-01-02T03:04:05.678Z","order":7,"amount":12.5,"paid":true,"card":"Ada \"L\""}}`,
  }),
  example('logfmt', 'logrus, text', {
    line: 'time="2026-01-02T03:04:05Z" level=warning msg="cannot pay" error="card expired" order=00007',
    becomes:
      '{"message":"cannot pay","log.level":"warning","error.message":"card expired","app":{"time":"2026-01-02T03:04:05Z","order":"00007"}}',
  }),
  example('logfmt', 'go-kit, Prometheus, Loki', {
    line: 'ts=2026-01-02T03:04:05.678Z caller=head.go:7 level=error component=tsdb traceID=a3ce929d0e0e4736 err="disk is full"',
    becomes:
      '{"log.level":"error","trace.id":"0000000000000000a3ce929d0e0e4736","error.message":"disk is full","app":{"ts":"2026-01-02T03:04:05.678Z","caller":"head.go:7","component":"tsdb","traceID":"a3ce929d0e0e4736"}}',
  }),
  example('logfmt', 'HTTP fields in logfmt', {
    line: 'level=info msg=done http.request.method=GET http.response.status_code=200 url.path=/cart event.duration=1500000',
    becomes:
      '{"message":"done","log.level":"info","http.request.method":"GET","http.response.status_code":200,"url.path":"/cart","event.duration":1500000}',
  }),
  example('text', 'a level in capitals', {
    line: '2026-01-02 03:04:05,678 ERROR [main] shop.Cart - cannot pay',
    becomes: '{"log.level":"error"}',
  }),
  example('text', 'nginx, error log', {
    line: '2026/01/02 03:04:05 [crit] 7#7: *1 connect() failed',
    becomes: '{"log.level":"crit"}',
  }),
  example('text', '.NET console', {
    line: 'fail: Shop.Cart[0] cannot pay',
    becomes: '{"log.level":"fail"}',
  }),
  example('text', 'a level behind a key', {
    line: 'cannot pay (severity="ERROR", order=7)',
    becomes: '{"log.level":"error"}',
  }),
  example('text', 'W3C Trace Context', {
    line: 'GET /cart traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    becomes: '{"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'OpenTelemetry for Java, MDC', {
    line: '03:04:05.678 trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 trace_flags=01 INFO paid',
    becomes: '{"log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'OpenTelemetry for Python', {
    line: '2026-01-02 03:04:05,678 INFO [app] [app.py:5] [trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7 resource.service.name=cart trace_sampled=True] - paid',
    becomes: '{"log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'Spring Boot 3.2 and later', {
    line: '2026-01-02T03:04:05.678Z  INFO 1 --- [cart] [main] [4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7] shop.Cart : paid',
    becomes: '{"log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'Spring Boot 3.0 and 3.1', {
    line: '2026-01-02T03:04:05.678Z  INFO [cart,4bf92f3577b34da6a3ce929d0e0e4736,00f067aa0ba902b7] 1 --- [main] shop.Cart : paid',
    becomes: '{"log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'Spring Cloud Sleuth', {
    line: '2026-01-02 03:04:05.678  WARN [cart,a3ce929d0e0e4736,00f067aa0ba902b7,false] 1 --- [main] shop.Cart : paid',
    becomes: '{"log.level":"warn","trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'Datadog, decimal', {
    line: 'INFO [dd.service=cart dd.trace_id=11803532876627986230 dd.span_id=67667974448284343] paid',
    becomes: '{"log.level":"info","trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'Datadog, 128 bits', {
    line: 'INFO [dd.trace_id=4bf92f3577b34da6a3ce929d0e0e4736 dd.span_id=67667974448284343] paid',
    becomes: '{"log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'AWS X-Ray, header', {
    line: 'GET / Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1',
    becomes: '{"trace.id":"5759e988bd862e3fe1be46a994272793","span.id":"53995c3f42cd8ad8"}',
  }),
  example('text', 'AWS X-Ray, Lambda', {
    line: 'XRAY TraceId: 1-58406520-a006649127e371903a2de979 SegmentId: 7',
    becomes: '{"trace.id":"58406520a006649127e371903a2de979"}',
  }),
  example('text', 'Jaeger', {
    line: 'headers: uber-trace-id: a3ce929d0e0e4736:f067aa0ba902b7:0:1',
    becomes: '{"trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'B3, one header', {
    line: 'headers: b3: 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1-05e3ac9a4f6e3b90',
    becomes: '{"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'B3, several headers', {
    line: 'headers: X-B3-TraceId: 4BF92F3577B34DA6A3CE929D0E0E4736 X-B3-SpanId: 00f067aa0ba902b7',
    becomes: '{"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'LTSV', {
    line: 'time:2026-01-02T03:04:05Z\tlevel:info\ttrace_id:102981ABCD2901\tmsg:paid',
    becomes: '{"trace.id":"000000000000000000102981abcd2901"}',
  }),
  example('text', 'JSON inside a text', {
    line: 'answer {"traceId": "4bf92f3577b34da6a3ce929d0e0e4736", "spanId": "00f067aa0ba902b7"}',
    becomes: '{"trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
  example('text', 'no id, by its own word', {
    line: 'INFO [trace_id=0 span_id=0 trace_sampled=False] paid',
    becomes: '{"log.level":"info"}',
  }),
];
