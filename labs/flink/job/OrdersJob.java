import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.api.common.serialization.SimpleStringSchema;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Orders from a topic to nowhere. Files in the folder `control` plant faults: `fail` fails it once, `slow` slows its sink. */
public final class OrdersJob {
  private static final long SLOW_MS = 50;

  public static void main(String[] args) throws Exception {
    String brokers = args[0];
    String control = args[1];
    StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
    env.enableCheckpointing(2000);
    KafkaSource<String> orders =
        KafkaSource.<String>builder()
            .setBootstrapServers(brokers)
            .setTopics("orders")
            .setGroupId("flink")
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setValueOnlyDeserializer(new SimpleStringSchema())
            .build();
    env.fromSource(orders, WatermarkStrategy.noWatermarks(), "orders")
        .map(new Enrich(control))
        .name("enrich")
        .disableChaining()
        .sinkTo(new Shop(control))
        .name("shop")
        .disableChaining();
    env.execute("orders");
  }

  static final class Enrich implements MapFunction<String, String> {
    private final String control;

    Enrich(String control) {
      this.control = control;
    }

    @Override
    public String map(String order) throws Exception {
      if (Files.deleteIfExists(Path.of(control, "fail"))) {
        throw new IllegalStateException("this order cannot be enriched");
      }
      return order;
    }
  }

  static final class Shop implements Sink<String> {
    private final String control;

    Shop(String control) {
      this.control = control;
    }

    @Override
    public SinkWriter<String> createWriter(WriterInitContext context) {
      return new SinkWriter<String>() {
        @Override
        public void write(String order, Context of) throws InterruptedException {
          if (Files.exists(Path.of(control, "slow"))) {
            Thread.sleep(SLOW_MS);
          }
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
      };
    }
  }
}
