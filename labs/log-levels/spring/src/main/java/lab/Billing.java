package lab;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A program whose only use is to have loggers. */
@SpringBootApplication
@RestController
public class Billing {
  private static final Logger SINK = LoggerFactory.getLogger("lab.sink.Writer");

  public static void main(String[] args) {
    SpringApplication.run(Billing.class, args);
  }

  @Bean
  SecurityFilterChain chain(HttpSecurity http) throws Exception {
    return http.csrf(csrf -> csrf.disable())
        .authorizeHttpRequests(all -> all.anyRequest().authenticated())
        .httpBasic(Customizer.withDefaults())
        .build();
  }

  @GetMapping("/bill")
  String bill() {
    SINK.debug("one bill written");
    return "ok";
  }
}
