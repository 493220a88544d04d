import { example, type Example } from './example.ts';

/** JSON of loggers. */
export const JSON_EXAMPLES: readonly Example[] = [
  example('json', 'pino', {
    line: String.raw`{"level":50,"time":1767323045678,"pid":1,"hostname":"cart-0","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","trace_flags":"01","err":{"type":"TypeError","message":"no such cart","stack":"TypeError: no such cart\n    at pay (cart.js:7:9)"},"msg":"cannot pay"}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","error.type":"TypeError","error.message":"no such cart","error.stack_trace":"TypeError: no such cart\n    at pay (cart.js:7:9)","app":{"time":1767323045678,"pid":1,"hostname":"cart-0","trace_flags":"01"}}`,
  }),
  example('json', 'pino-http', {
    line: '{"level":30,"time":1767323045678,"req":{"id":4,"method":"GET","url":"/cart?id=7","headers":{"host":"shop","user-agent":"curl/8.5.0"},"remoteAddress":"10.0.0.7","remotePort":40132},"res":{"statusCode":200,"headers":{"content-length":"512"}},"responseTime":12.5,"msg":"request completed"}',
    becomes:
      '{"message":"request completed","log.level":"info","http.request.method":"GET","http.response.status_code":200,"http.response.body.bytes":512,"url.original":"/cart?id=7","client.address":"10.0.0.7","user_agent.original":"curl/8.5.0","event.duration":12500000,"app":{"time":1767323045678,"req":{"id":4,"headers":{"host":"shop"},"remotePort":40132},"responseTime":12.5}}',
  }),
  example('json', 'winston', {
    line: String.raw`{"level":"error","message":"cannot pay","stack":"Error: no such cart\n    at pay (cart.js:7:9)","timestamp":"2026-01-02T03:04:05.678Z","order":7}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","error.stack_trace":"Error: no such cart\n    at pay (cart.js:7:9)","app":{"timestamp":"2026-01-02T03:04:05.678Z","order":7}}`,
  }),
  example('json', 'bunyan', {
    line: '{"name":"cart","hostname":"cart-0","pid":1,"level":40,"req":{"method":"POST","url":"/pay","remoteAddress":"10.0.0.7"},"res":{"statusCode":402},"msg":"card expired","time":"2026-01-02T03:04:05.678Z","v":0}',
    becomes:
      '{"message":"card expired","log.level":"warn","log.logger":"cart","http.request.method":"POST","http.response.status_code":402,"url.original":"/pay","client.address":"10.0.0.7","app":{"hostname":"cart-0","pid":1,"time":"2026-01-02T03:04:05.678Z","v":0}}',
  }),
  example('json', 'zap', {
    line: String.raw`{"level":"error","ts":1767323045.678,"logger":"cart.pay","caller":"pay/pay.go:42","msg":"cannot pay","error":"card expired","stacktrace":"main.pay\n\t/src/pay/pay.go:42","traceID":"4BF92F3577B34DA6A3CE929D0E0E4736"}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","log.logger":"cart.pay","error.message":"card expired","error.stack_trace":"main.pay\n\t/src/pay/pay.go:42","app":{"ts":1767323045.678,"caller":"pay/pay.go:42","traceID":"4BF92F3577B34DA6A3CE929D0E0E4736"}}`,
  }),
  example('json', 'logrus', {
    line: '{"error":"card expired","level":"warning","msg":"cannot pay","time":"2026-01-02T03:04:05Z"}',
    becomes:
      '{"message":"cannot pay","log.level":"warning","error.message":"card expired","app":{"time":"2026-01-02T03:04:05Z"}}',
  }),
  example('json', 'slog', {
    line: '{"time":"2026-01-02T03:04:05.678Z","level":"INFO","msg":"paid","order":{"id":7},"trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7"}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","app":{"time":"2026-01-02T03:04:05.678Z","order":{"id":7}}}',
  }),
  example('json', 'zerolog', {
    line: '{"level":"error","error":"card expired","order":7,"time":1767323045,"message":"cannot pay"}',
    becomes:
      '{"message":"cannot pay","log.level":"error","error.message":"card expired","app":{"order":7,"time":1767323045}}',
  }),
  example('json', 'klog, JSON', {
    line: '{"ts":1767323045678.123,"caller":"cache/reflector.go:7","msg":"Failed to list","logger":"cache","err":"no route to host","v":0}',
    becomes:
      '{"message":"Failed to list","log.logger":"cache","error.message":"no route to host","app":{"ts":1767323045678.123,"caller":"cache/reflector.go:7","v":0}}',
  }),
  example('json', 'log4j2, JsonLayout', {
    line: String.raw`{"instant":{"epochSecond":1767323045,"nanoOfSecond":678000000},"thread":"main","level":"ERROR","loggerName":"shop.Cart","message":"cannot pay","thrown":{"commonElementCount":0,"message":"card expired","name":"shop.CardException","extendedStackTrace":"shop.CardException: card expired\n\tat shop.Cart.pay(Cart.java:7)"},"contextMap":{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","log.logger":"shop.Cart","error.type":"shop.CardException","error.message":"card expired","error.stack_trace":"shop.CardException: card expired\n\tat shop.Cart.pay(Cart.java:7)","app":{"instant":{"epochSecond":1767323045,"nanoOfSecond":678000000},"thread":"main","thrown":{"commonElementCount":0}}}`,
  }),
  example('json', 'log4j2, JsonTemplateLayout (Logstash)', {
    line: '{"@version":1,"@timestamp":"2026-01-02T03:04:05.678Z","level":"ERROR","logger_name":"shop.Cart","message":"cannot pay","exception":{"exception_class":"shop.CardException","exception_message":"card expired","stacktrace":"shop.CardException: card expired"}}',
    becomes:
      '{"message":"cannot pay","log.level":"error","log.logger":"shop.Cart","error.type":"shop.CardException","error.message":"card expired","error.stack_trace":"shop.CardException: card expired","app":{"@version":1,"@timestamp":"2026-01-02T03:04:05.678Z"}}',
  }),
  example('json', 'logback, logstash-logback-encoder', {
    line: String.raw`{"@timestamp":"2026-01-02T03:04:05.678Z","@version":"1","message":"cannot pay","logger_name":"shop.Cart","thread_name":"main","level":"ERROR","level_value":40000,"stack_trace":"shop.CardException: card expired\n\tat shop.Cart.pay(Cart.java:7)\n","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7"}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","log.logger":"shop.Cart","error.stack_trace":"shop.CardException: card expired\n\tat shop.Cart.pay(Cart.java:7)\n","app":{"@timestamp":"2026-01-02T03:04:05.678Z","@version":"1","thread_name":"main","level_value":40000}}`,
  }),
  example('json', 'logback, JsonEncoder', {
    line: '{"sequenceNumber":0,"timestamp":1767323045678,"level":"WARN","threadName":"main","loggerName":"shop.Cart","mdc":{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","user":"ada"},"message":"cannot pay","throwable":{"className":"shop.CardException","message":"card expired"}}',
    becomes:
      '{"message":"cannot pay","log.level":"warn","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","log.logger":"shop.Cart","error.type":"shop.CardException","error.message":"card expired","app":{"sequenceNumber":0,"timestamp":1767323045678,"threadName":"main","mdc":{"user":"ada"}}}',
  }),
  example('json', 'ECS loggers, dotted', {
    line: String.raw`{"@timestamp":"2026-01-02T03:04:05.678Z","log.level":"ERROR","message":"cannot pay","ecs.version":"1.2.0","service.name":"payment","event.dataset":"payment","log.logger":"shop.Cart","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","transaction.id":"00f067aa0ba902b7","error.type":"shop.CardException","error.message":"card expired","error.stack_trace":"shop.CardException: card expired\n"}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","log.logger":"shop.Cart","error.type":"shop.CardException","error.message":"card expired","error.stack_trace":"shop.CardException: card expired\n","service.name":"payment","app":{"@timestamp":"2026-01-02T03:04:05.678Z","ecs.version":"1.2.0","event.dataset":"payment","transaction.id":"00f067aa0ba902b7"}}`,
  }),
  example('json', 'ECS loggers, nested (Spring Boot, ecs-pino)', {
    line: '{"@timestamp":"2026-01-02T03:04:05.678Z","log":{"level":"INFO","logger":"shop.Cart","origin":{"file":{"name":"Cart.java","line":7}}},"process":{"pid":1,"thread":{"name":"main"}},"service":{"name":"payment","node":{}},"message":"paid","http":{"version":"1.1","request":{"method":"POST","body":{"bytes":3}},"response":{"status_code":201,"body":{"bytes":512}}},"url":{"path":"/pay","full":"http://shop/pay"},"client":{"ip":"10.0.0.7"},"user_agent":{"original":"curl/8.5.0"},"event":{"duration":1500000},"ecs":{"version":"8.11"}}',
    becomes:
      '{"message":"paid","log.level":"info","log.logger":"shop.Cart","log.origin.file.name":"Cart.java","log.origin.file.line":7,"process.pid":1,"http.request.method":"POST","http.response.status_code":201,"http.response.body.bytes":512,"http.version":"1.1","url.path":"/pay","url.full":"http://shop/pay","client.address":"10.0.0.7","user_agent.original":"curl/8.5.0","event.duration":1500000,"service.name":"payment","app":{"@timestamp":"2026-01-02T03:04:05.678Z","process":{"thread":{"name":"main"}},"service":{"node":{}},"http":{"request":{"body":{"bytes":3}}},"ecs":{"version":"8.11"}}}',
  }),
  example('json', 'Serilog, CLEF', {
    line: String.raw`{"@t":"2026-01-02T03:04:05.678Z","@mt":"Paid {Order}","@l":"Warning","@x":"System.Exception: card expired\n   at Shop.Pay()","@tr":"4bf92f3577b34da6a3ce929d0e0e4736","@sp":"00f067aa0ba902b7","Order":7,"SourceContext":"Shop.Cart"}`,
    becomes: String.raw`{"message":"Paid {Order}","log.level":"warning","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","log.logger":"Shop.Cart","error.stack_trace":"System.Exception: card expired\n   at Shop.Pay()","app":{"@t":"2026-01-02T03:04:05.678Z","Order":7}}`,
  }),
  example('json', 'Serilog, CLEF of requests', {
    line: '{"@t":"2026-01-02T03:04:05.678Z","@m":"HTTP GET /cart responded 200","RequestMethod":"GET","RequestPath":"/cart","StatusCode":200,"Elapsed":7.25}',
    becomes:
      '{"message":"HTTP GET /cart responded 200","http.request.method":"GET","http.response.status_code":200,"url.original":"/cart","event.duration":7250000,"app":{"@t":"2026-01-02T03:04:05.678Z","Elapsed":7.25}}',
  }),
  example('json', 'Serilog, JsonFormatter', {
    line: '{"Timestamp":"2026-01-02T03:04:05.678+00:00","Level":"Information","MessageTemplate":"Paid {Order}","RenderedMessage":"Paid 7","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736","SpanId":"00f067aa0ba902b7","Properties":{"Order":7,"SourceContext":"Shop.Cart"}}',
    becomes:
      '{"message":"Paid 7","log.level":"information","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","log.logger":"Shop.Cart","app":{"Timestamp":"2026-01-02T03:04:05.678+00:00","MessageTemplate":"Paid {Order}","Properties":{"Order":7}}}',
  }),
  example('json', '.NET JSON console', {
    line: '{"EventId":0,"LogLevel":"Error","Category":"Shop.Cart","Message":"Cannot pay","Exception":"System.Exception: card expired","State":{"Message":"Cannot pay"},"Scopes":[{"Message":"SpanId:00f067aa0ba902b7, TraceId:4bf92f3577b34da6a3ce929d0e0e4736","SpanId":"00f067aa0ba902b7","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736","ParentId":"0000000000000000"}]}',
    becomes:
      '{"message":"Cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","log.logger":"Shop.Cart","error.stack_trace":"System.Exception: card expired","app":{"EventId":0,"State":{"Message":"Cannot pay"},"Scopes":[{"Message":"SpanId:00f067aa0ba902b7, TraceId:4bf92f3577b34da6a3ce929d0e0e4736","SpanId":"00f067aa0ba902b7","TraceId":"4bf92f3577b34da6a3ce929d0e0e4736","ParentId":"0000000000000000"}]}}',
  }),
  example('json', 'python-json-logger', {
    line: String.raw`{"asctime":"2026-01-02 03:04:05,678","name":"shop.cart","levelname":"ERROR","message":"cannot pay","exc_info":"Traceback (most recent call last):\nKeyError: 7"}`,
    becomes: String.raw`{"message":"cannot pay","log.level":"error","log.logger":"shop.cart","error.stack_trace":"Traceback (most recent call last):\nKeyError: 7","app":{"asctime":"2026-01-02 03:04:05,678"}}`,
  }),
  example('json', 'OpenTelemetry for Python', {
    line: '{"levelname":"INFO","message":"paid","otelSpanID":"00f067aa0ba902b7","otelTraceID":"4bf92f3577b34da6a3ce929d0e0e4736","otelTraceSampled":true,"otelServiceName":"payment"}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","service.name":"payment","app":{"otelTraceSampled":true}}',
  }),
  example('json', 'OpenTelemetry, data model', {
    line: String.raw`{"timestamp":"2026-01-02T03:04:05.678Z","severity_text":"WARN","severity_number":13,"body":"card expired","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","span_id":"00f067aa0ba902b7","exception.type":"CardError","exception.message":"no","exception.stacktrace":"CardError: no\n  at pay","http.request.method":"GET","http.response.status_code":402}`,
    becomes: String.raw`{"message":"card expired","log.level":"warn","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","error.type":"CardError","error.message":"no","error.stack_trace":"CardError: no\n  at pay","http.request.method":"GET","http.response.status_code":402,"app":{"timestamp":"2026-01-02T03:04:05.678Z","severity_number":13}}`,
  }),
  example('json', 'structlog', {
    line: String.raw`{"order":7,"event":"paid","logger":"shop.cart","level":"info","timestamp":"2026-01-02T03:04:05.678Z","exception":"Traceback (most recent call last):\nKeyError: 7"}`,
    becomes: String.raw`{"message":"paid","log.level":"info","log.logger":"shop.cart","error.stack_trace":"Traceback (most recent call last):\nKeyError: 7","app":{"order":7,"timestamp":"2026-01-02T03:04:05.678Z"}}`,
  }),
  example('json', 'GELF', {
    line: '{"version":"1.1","host":"cart-0","short_message":"cannot pay","timestamp":1767323045.678,"level":3,"_logger":"shop.Cart","_order":7}',
    becomes:
      '{"message":"cannot pay","log.level":"err","log.logger":"shop.Cart","app":{"version":"1.1","host":"cart-0","timestamp":1767323045.678,"_order":7}}',
  }),
  example('json', 'monolog', {
    line: '{"message":"cannot pay","context":{"order":7},"level":400,"level_name":"ERROR","channel":"shop","datetime":"2026-01-02T03:04:05.678+00:00","extra":{}}',
    becomes:
      '{"message":"cannot pay","log.level":"error","log.logger":"shop","app":{"context":{"order":7},"level":400,"datetime":"2026-01-02T03:04:05.678+00:00","extra":{}}}',
  }),
  example('json', 'Google Cloud', {
    line: '{"severity":"ERROR","message":"cannot pay","logging.googleapis.com/trace":"projects/shop/traces/4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/spanId":"00f067aa0ba902b7","logging.googleapis.com/trace_sampled":true,"httpRequest":{"requestMethod":"GET","requestUrl":"https://shop/pay","status":500,"responseSize":"512","userAgent":"curl/8.5.0","remoteIp":"10.0.0.7","latency":"0.25s"},"serviceContext":{"service":"payment","version":"1.2"}}',
    becomes:
      '{"message":"cannot pay","log.level":"error","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","http.request.method":"GET","http.response.status_code":500,"http.response.body.bytes":512,"url.full":"https://shop/pay","client.address":"10.0.0.7","user_agent.original":"curl/8.5.0","event.duration":250000000,"service.name":"payment","app":{"logging.googleapis.com/trace":"projects/shop/traces/4bf92f3577b34da6a3ce929d0e0e4736","logging.googleapis.com/trace_sampled":true,"httpRequest":{"latency":"0.25s"},"serviceContext":{"version":"1.2"}}}',
  }),
  example('json', 'Datadog, nested and decimal', {
    line: '{"level":"info","message":"paid","dd":{"service":"payment","env":"prod","trace_id":"11803532876627986230","span_id":"67667974448284343"}}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","service.name":"payment","app":{"dd":{"env":"prod","trace_id":"11803532876627986230","span_id":"67667974448284343"}}}',
  }),
  example('json', 'Datadog, dotted and of 128 bits', {
    line: '{"level":"info","msg":"paid","dd.trace_id":"4bf92f3577b34da6a3ce929d0e0e4736","dd.span_id":"67667974448284343"}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","app":{"dd.span_id":"67667974448284343"}}',
  }),
  example('json', 'AWS X-Ray (Powertools)', {
    line: '{"level":"INFO","message":"paid","xray_trace_id":"1-58406520-a006649127e371903a2de979"}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"58406520a006649127e371903a2de979","app":{"xray_trace_id":"1-58406520-a006649127e371903a2de979"}}',
  }),
  example('json', 'AWS X-Ray, header', {
    line: '{"message":"paid","X-Amzn-Trace-Id":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}',
    becomes:
      '{"message":"paid","trace.id":"5759e988bd862e3fe1be46a994272793","span.id":"53995c3f42cd8ad8","app":{"X-Amzn-Trace-Id":"Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"}}',
  }),
  example('json', 'Sleuth and B3', {
    line: '{"level":"INFO","message":"paid","X-B3-TraceId":"a3ce929d0e0e4736","X-B3-SpanId":"00f067aa0ba902b7"}',
    becomes:
      '{"message":"paid","log.level":"info","trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","app":{"X-B3-TraceId":"a3ce929d0e0e4736"}}',
  }),
  example('json', 'B3, one header', {
    line: '{"message":"paid","b3":"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"}',
    becomes:
      '{"message":"paid","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","app":{"b3":"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"}}',
  }),
  example('json', 'Jaeger', {
    line: '{"msg":"paid","uber-trace-id":"a3ce929d0e0e4736:f067aa0ba902b7:0:1"}',
    becomes:
      '{"message":"paid","trace.id":"0000000000000000a3ce929d0e0e4736","span.id":"00f067aa0ba902b7","app":{"uber-trace-id":"a3ce929d0e0e4736:f067aa0ba902b7:0:1"}}',
  }),
  example('json', 'W3C Trace Context', {
    line: '{"msg":"paid","traceparent":"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}',
    becomes: '{"message":"paid","trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7"}',
  }),
];
