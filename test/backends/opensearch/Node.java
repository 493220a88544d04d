import java.nio.file.Path;
import java.util.List;
import org.codelibs.opensearch.runner.node.OpenSearchRunnerNode;
import org.opensearch.analysis.common.CommonAnalysisModulePlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.index.mapper.MapperExtrasModulePlugin;
import org.opensearch.transport.Netty4ModulePlugin;

/** One OpenSearch node on loopback, below the folder that is its argument, which says its port in logs/http.ports. */
class Node {
  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]);
    Settings settings =
        Settings.builder()
            .put("cluster.name", "tracewell-test")
            .put("node.name", "node")
            .put("discovery.type", "single-node")
            .put("network.host", "127.0.0.1")
            .put("http.port", 0)
            .put("transport.port", 0)
            .put("node.portsfile", true)
            .put("cluster.routing.allocation.disk.threshold_enabled", false)
            .put("path.home", home)
            .put("path.data", home.resolve("data"))
            .put("path.logs", home.resolve("logs"))
            .build();
    var modules =
        List.of(Netty4ModulePlugin.class, MapperExtrasModulePlugin.class, CommonAnalysisModulePlugin.class);
    new OpenSearchRunnerNode(new Environment(settings, home.resolve("config")), List.copyOf(modules)).start();
    Thread.currentThread().join();
  }
}
