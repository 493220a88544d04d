package tracewell;

import java.util.Set;
import org.elasticsearch.cluster.metadata.DataStream;
import org.elasticsearch.features.FeatureSpecification;
import org.elasticsearch.features.NodeFeature;

/** The failure store's code is in the server; the feature flag that lets it be used is in a module that is missing. */
public class TestFeatures implements FeatureSpecification {
  @Override
  public Set<NodeFeature> getFeatures() {
    return Set.of(DataStream.DATA_STREAM_FAILURE_STORE_FEATURE);
  }
}
