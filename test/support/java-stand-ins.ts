/**
 * The classes of the AWS SDK and of Jackson that the recipe in Java uses, as far as it uses them, by
 * their paths. They let it be compiled and run where nothing but a JDK is installed.
 */
export const javaStandIns: Readonly<Record<string, string>> = {
  'software/amazon/awssdk/services/secretsmanager/SecretsManagerClient.java': `
package software.amazon.awssdk.services.secretsmanager;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.function.Consumer;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueRequest;
import software.amazon.awssdk.services.secretsmanager.model.GetSecretValueResponse;

public interface SecretsManagerClient {
  static SecretsManagerClient create() {
    return new SecretsManagerClient() {};
  }

  default GetSecretValueResponse getSecretValue(Consumer<GetSecretValueRequest.Builder> change) {
    GetSecretValueRequest.Builder builder = new GetSecretValueRequest.Builder();
    change.accept(builder);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(System.getenv("AWS_ENDPOINT_URL")))
            .header("Content-Type", "application/x-amz-json-1.1")
            .header("X-Amz-Target", "secretsmanager.GetSecretValue")
            .header("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/us-east-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=none")
            .POST(HttpRequest.BodyPublishers.ofString("{\\"SecretId\\":\\"" + builder.secretId + "\\"}"))
            .build();
    try {
      HttpResponse<String> response =
          HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
      if (response.statusCode() != 200) throw new IllegalStateException(response.body());
      return new GetSecretValueResponse(response.body());
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    } catch (InterruptedException error) {
      throw new IllegalStateException(error);
    }
  }
}
`,
  'software/amazon/awssdk/services/secretsmanager/model/GetSecretValueRequest.java': `
package software.amazon.awssdk.services.secretsmanager.model;

public final class GetSecretValueRequest {
  public static final class Builder {
    public String secretId;

    public Builder secretId(String value) {
      secretId = value;
      return this;
    }
  }
}
`,
  'software/amazon/awssdk/services/secretsmanager/model/GetSecretValueResponse.java': `
package software.amazon.awssdk.services.secretsmanager.model;

import com.fasterxml.jackson.databind.ObjectMapper;

public final class GetSecretValueResponse {
  private final String body;

  public GetSecretValueResponse(String body) {
    this.body = body;
  }

  public String secretString() {
    try {
      return new ObjectMapper().readTree(body).get("SecretString").asText();
    } catch (java.io.IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }
}
`,
  'com/fasterxml/jackson/databind/ObjectMapper.java': `
package com.fasterxml.jackson.databind;

public class ObjectMapper {
  public JsonNode readTree(String content) throws java.io.IOException {
    return new JsonNode(content);
  }
}
`,
  'com/fasterxml/jackson/databind/JsonNode.java': `
package com.fasterxml.jackson.databind;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An object whose fields are strings. */
public class JsonNode {
  private final String text;

  JsonNode(String text) {
    this.text = text;
  }

  public JsonNode get(String field) {
    Matcher match =
        Pattern.compile("\\"" + field + "\\"\\\\s*:\\\\s*\\"([^\\"\\\\\\\\]*+(?:\\\\\\\\.[^\\"\\\\\\\\]*+)*+)\\"")
            .matcher(text);
    return match.find() ? new JsonNode(match.group(1).replaceAll("\\\\\\\\(.)", "$1")) : null;
  }

  public String asText() {
    return text;
  }
}
`,
};
