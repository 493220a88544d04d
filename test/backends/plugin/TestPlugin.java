package tracewell;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.node.DiscoveryNodes;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.features.NodeFeature;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.PreConfiguredTokenFilter;
import org.elasticsearch.index.analysis.PreConfiguredTokenizer;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.index.mapper.Mapper;
import org.elasticsearch.index.mapper.TextFieldMapper;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.ActionPlugin;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.MapperPlugin;
import org.elasticsearch.plugins.Plugin;
import org.elasticsearch.rest.BaseRestHandler;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * Fills the holes of Elasticsearch's integ-test-zip that stop real clients: GET and HEAD / (module rest-root), the analysis
 * parts that the .security index needs (module analysis-common), and match_only_text (module mapper-extras) as plain text.
 * Everything else is the server's own code.
 */
public class TestPlugin extends Plugin implements AnalysisPlugin, ActionPlugin, MapperPlugin {
  @Override
  public Map<String, Mapper.TypeParser> getMappers() {
    return Map.of("match_only_text", TextFieldMapper.PARSER);
  }

  private interface Filter extends Function<TokenStream, TokenStream> {}

  private static AnalysisProvider<TokenFilterFactory> filter(Function<Settings, Filter> make) {
    return (index, environment, name, settings) -> {
      Filter filter = make.apply(settings);
      return new AbstractTokenFilterFactory(name) {
        @Override
        public TokenStream create(TokenStream stream) {
          return filter.apply(stream);
        }
      };
    };
  }

  private static Filter patternCapture(Settings settings) {
    Pattern[] patterns = settings.getAsList("patterns").stream().map(Pattern::compile).toArray(Pattern[]::new);
    boolean original = settings.getAsBoolean("preserve_original", true);
    return stream -> new PatternCaptureGroupTokenFilter(stream, original, patterns);
  }

  @Override
  public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
    Map<String, AnalysisProvider<TokenFilterFactory>> filters = new HashMap<>();
    filters.put("pattern_capture", AnalysisPlugin.requiresAnalysisSettings(filter(TestPlugin::patternCapture)));
    filters.put("unique", filter(settings -> RemoveDuplicatesTokenFilter::new));
    filters.put("lowercase", filter(settings -> LowerCaseFilter::new));
    return filters;
  }

  @Override
  public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
    AnalysisProvider<TokenizerFactory> tokenizer =
        (index, environment, name, settings) -> new TokenizerFactory() {
          @Override
          public String name() {
            return name;
          }

          @Override
          public Tokenizer create() {
            return new UAX29URLEmailTokenizer();
          }
        };
    return Map.of("uax_url_email", tokenizer);
  }

  @Override
  public List<PreConfiguredTokenFilter> getPreConfiguredTokenFilters() {
    return List.of(PreConfiguredTokenFilter.singleton("unique", false, RemoveDuplicatesTokenFilter::new));
  }

  @Override
  public List<PreConfiguredTokenizer> getPreConfiguredTokenizers() {
    return List.of(PreConfiguredTokenizer.singleton("uax_url_email", UAX29URLEmailTokenizer::new));
  }

  @Override
  public Collection<RestHandler> getRestHandlers(
      RestHandlersServices services, Supplier<DiscoveryNodes> nodes, Predicate<NodeFeature> features) {
    return List.of(new RootHandler(nodes));
  }

  private static class RootHandler extends BaseRestHandler {
    private final Supplier<DiscoveryNodes> nodes;

    RootHandler(Supplier<DiscoveryNodes> nodes) {
      this.nodes = nodes;
    }

    @Override
    public String getName() {
      return "tracewell_test_root";
    }

    @Override
    public List<Route> routes() {
      return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    protected RestChannelConsumer prepareRequest(RestRequest request, NodeClient client) {
      return channel -> {
        Build build = Build.current();
        var body = channel.newBuilder().startObject();
        body.field("name", nodes.get().getLocalNode().getName());
        body.field("cluster_name", "tracewell-test").field("cluster_uuid", "tracewell-test");
        body.startObject("version").field("number", build.qualifiedVersion());
        body.field("build_flavor", "default").field("build_type", "zip").field("build_hash", build.hash());
        body.field("build_date", build.date()).field("build_snapshot", build.isSnapshot());
        body.field("lucene_version", org.apache.lucene.util.Version.LATEST.toString());
        body.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
        body.field("minimum_index_compatibility_version", build.minIndexCompatVersion()).endObject();
        body.field("tagline", "You Know, for Search").endObject();
        channel.sendResponse(new RestResponse(RestStatus.OK, body));
      };
    }
  }
}
