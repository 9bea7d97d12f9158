import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A small pipeline in a real Flink, in one process; its reporters are given as `key=value` arguments. */
public class WeirJob {
  public static void main(String[] args) throws Exception {
    Configuration config = new Configuration();
    for (String arg : args) {
      int at = arg.indexOf('=');
      config.setString(arg.substring(0, at), arg.substring(at + 1));
    }
    StreamExecutionEnvironment env = StreamExecutionEnvironment.createLocalEnvironment(1, config);
    env.enableCheckpointing(1000);
    DataGeneratorSource<Long> source = new DataGeneratorSource<>(
        index -> index, Long.MAX_VALUE, RateLimiterStrategy.perSecond(200), Types.LONG);
    env.fromSource(source, WatermarkStrategy.noWatermarks(), "numbers")
        .map(new Counted()).returns(Types.LONG).name("count them")
        .sinkTo(new DiscardingSink<>());
    env.execute("weir lab");
  }

  public static class Counted extends RichMapFunction<Long, Long> {
    private transient Counter seen;
    private volatile long newest;

    @Override
    public void open(OpenContext context) {
      var group = getRuntimeContext().getMetricGroup();
      seen = group.counter("seen");
      group.gauge("newest", (Gauge<Long>) () -> newest);
      group.gauge("mood", (Gauge<String>) () -> "good | fine");
      group.gauge("ratio", (Gauge<Double>) () -> Double.NaN);
    }

    @Override
    public Long map(Long value) {
      seen.inc();
      newest = value;
      return value;
    }
  }
}
