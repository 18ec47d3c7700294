// A Trino without a server: reads a statement per line of JSON, writes its answer as Trino's REST protocol has it.

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trino.Session;
import io.trino.plugin.memory.MemoryConnectorFactory;
import io.trino.execution.warnings.WarningCollector;
import io.trino.spi.TrinoException;
import io.trino.spi.type.SqlVarbinary;
import io.trino.spi.type.TimeZoneKey;
import io.trino.spi.type.Type;
import io.trino.spi.type.TypeSignature;
import io.trino.spi.type.TypeSignatureParameter;
import io.trino.sql.parser.ParsingException;
import io.trino.sql.planner.plan.OutputNode;
import io.trino.testing.LocalQueryRunner;
import io.trino.testing.QueryRunner.MaterializedResultWithPlan;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.TestingSession;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

public class LocalTrino
{
    private static final ObjectMapper JSON = new ObjectMapper();

    public static void main(String[] arguments)
            throws Exception
    {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err); // what libraries print is no answer
        Session session = TestingSession.testSessionBuilder()
                .setCatalog("memory")
                .setSchema("default")
                .setTimeZoneKey(TimeZoneKey.UTC_KEY)
                .build();
        try (LocalQueryRunner runner = LocalQueryRunner.create(session)) {
            runner.createCatalog("memory", new MemoryConnectorFactory(), Map.of());
            answers.println("{}");
            BufferedReader statements = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = statements.readLine(); line != null; line = statements.readLine()) {
                answers.println(JSON.writeValueAsString(answer(runner, JSON.readTree(line))));
            }
        }
        System.exit(0);
    }

    private static Map<String, Object> answer(LocalQueryRunner runner, JsonNode asked)
    {
        try {
            MaterializedResultWithPlan done = runner.executeWithPlan(runner.getDefaultSession(), asked.get("sql").asText(), WarningCollector.NOOP);
            MaterializedResult result = done.getMaterializedResult();
            List<String> names = ((OutputNode) done.getQueryPlan().getRoot()).getColumnNames();
            List<Object> columns = new ArrayList<>();
            for (int at = 0; at < result.getTypes().size(); at++) {
                Type type = result.getTypes().get(at);
                columns.add(Map.of(
                        "name", names.get(at),
                        "type", type.getDisplayName(),
                        "typeSignature", signature(type.getTypeSignature())));
            }
            List<Object> rows = new ArrayList<>();
            for (MaterializedRow row : result.getMaterializedRows()) {
                rows.add(value(row.getFields()));
            }
            return Map.of("columns", columns, "data", rows);
        }
        catch (ParsingException error) {
            return failed("SYNTAX_ERROR", error);
        }
        catch (TrinoException error) {
            return failed(error.getErrorCode().getName(), error);
        }
        catch (RuntimeException error) {
            return failed(error.getCause() instanceof TrinoException cause ? cause.getErrorCode().getName() : "GENERIC_INTERNAL_ERROR", error);
        }
    }

    private static Map<String, Object> failed(String name, Exception error)
    {
        return Map.of("error", Map.of("errorName", name, "message", String.valueOf(error.getMessage())));
    }

    private static Map<String, Object> signature(TypeSignature type)
    {
        List<Object> arguments = new ArrayList<>();
        for (TypeSignatureParameter parameter : type.getParameters()) {
            if (parameter.isLongLiteral()) {
                arguments.add(Map.of("kind", "LONG", "value", parameter.getLongLiteral()));
            }
            else if (parameter.isNamedTypeSignature()) {
                Map<String, Object> field = new LinkedHashMap<>();
                parameter.getNamedTypeSignature().getName().ifPresent(name -> field.put("fieldName", Map.of("name", name)));
                field.put("typeSignature", signature(parameter.getNamedTypeSignature().getTypeSignature()));
                arguments.add(Map.of("kind", "NAMED_TYPE", "value", field));
            }
            else if (parameter.isTypeSignature()) {
                arguments.add(Map.of("kind", "TYPE", "value", signature(parameter.getTypeSignature())));
            }
        }
        return Map.of("rawType", type.getBase(), "arguments", arguments);
    }

    private static Object value(Object value)
    {
        if (value == null || value instanceof Boolean || value instanceof Long || value instanceof Integer
                || value instanceof Short || value instanceof Byte) {
            return value;
        }
        if (value instanceof Number number && (value instanceof Double || value instanceof Float)) {
            return Double.isFinite(number.doubleValue()) ? value : String.valueOf(value);
        }
        if (value instanceof SqlVarbinary binary) {
            return Base64.getEncoder().encodeToString(binary.getBytes());
        }
        if (value instanceof byte[] bytes) {
            return Base64.getEncoder().encodeToString(bytes);
        }
        if (value instanceof MaterializedRow row) {
            return value(row.getFields());
        }
        if (value instanceof List<?> list) {
            List<Object> found = new ArrayList<>();
            list.forEach(one -> found.add(value(one)));
            return found;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> found = new LinkedHashMap<>();
            map.forEach((name, one) -> found.put(String.valueOf(value(name)), value(one)));
            return found;
        }
        return String.valueOf(value);
    }
}
