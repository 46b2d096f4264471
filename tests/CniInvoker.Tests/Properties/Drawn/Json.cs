using System.Globalization;
using System.Text;
using System.Text.Json;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>
/// A JSON text as a tree that keeps the text of numbers and duplicate keys, which the properties are about. It is written and read
/// without the library's code.
/// </summary>
public abstract class Json
{
    private static readonly JsonDocumentOptions Reading = new() { MaxDepth = 512 };

    /// <summary>As UTF-8.</summary>
    public byte[] Utf8 => Encoding.UTF8.GetBytes(ToString());

    /// <summary>Equal for equal values: sorted keys, the last of duplicates, numbers as written.</summary>
    public string Canonical
    {
        get
        {
            var text = new StringBuilder();
            Write(text, isCanonical: true);
            return text.ToString();
        }
    }

    /// <summary>The text for the report of a shrunk counterexample, to paste into a test.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text, isCanonical: false);
        return text.ToString();
    }

    public static Json Read(ReadOnlyMemory<byte> utf8Json)
    {
        using var document = JsonDocument.Parse(utf8Json, Reading);
        return Of(document.RootElement);
    }

    /// <summary>From the library's own tree.</summary>
    public static Json Of(System.Text.Json.Nodes.JsonNode node) =>
        Read(Encoding.UTF8.GetBytes(node.ToJsonString(new() { MaxDepth = 512 })));

    private protected abstract void Write(StringBuilder text, bool isCanonical);

    private static Json Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new Fields([.. element.EnumerateObject().Select(field => new Field(field.Name, Of(field.Value)))]),
        JsonValueKind.Array => new Items([.. element.EnumerateArray().Select(Of)]),
        JsonValueKind.String => new Words(element.GetString()!),
        _ => new Scalar(element.GetRawText()),
    };

    private static void Quote(StringBuilder text, string words, bool isEscaped)
    {
        text.Append('"');
        foreach (var part in words)
        {
            var mustEscape = part is '"' or '\\' || part < ' ';
            _ = mustEscape || (isEscaped && part > '~')
                ? text.Append(CultureInfo.InvariantCulture, $"\\u{(int)part:x4}")
                : text.Append(part);
        }

        text.Append('"');
    }

    /// <summary><c>null</c>, <c>true</c>, <c>false</c>, or a number as it is written.</summary>
    public sealed class Scalar(string written) : Json
    {
        public static readonly Scalar Null = new("null");

        private protected override void Write(StringBuilder text, bool isCanonical) => text.Append(written);
    }

    /// <summary>Text. Half of all is written with escapes, so that both ways are read.</summary>
    public sealed class Words(string value) : Json
    {
        public string Value => value;

        private protected override void Write(StringBuilder text, bool isCanonical) =>
            Quote(text, value, isCanonical || value.Length % 2 == 1);
    }

    /// <summary>A list.</summary>
    public sealed class Items(IReadOnlyList<Json> all) : Json
    {
        public IReadOnlyList<Json> All => all;

        private protected override void Write(StringBuilder text, bool isCanonical)
        {
            text.Append('[');
            for (var index = 0; index < all.Count; index++)
            {
                text.Append(index == 0 ? "" : ",");
                all[index].Write(text, isCanonical);
            }

            text.Append(']');
        }
    }

    /// <summary>An object.</summary>
    public sealed class Fields(IReadOnlyList<Field> all) : Json
    {
        public IReadOnlyList<Field> All => all;

        public Json? this[string key] => all.LastOrDefault(field => field.Key == key)?.Value;

        public Fields With(string key, Json? value) => value is null ? this : new([.. all, new Field(key, value)]);

        public Fields With(IEnumerable<Field> more) => new([.. all, .. more]);

        public Fields Without(Func<string, bool> isUnwanted) => new([.. all.Where(field => !isUnwanted(field.Key))]);

        /// <summary>With another value at a key that is there.</summary>
        public Fields Changed(string key, Func<Json, Json> change) =>
            this[key] is { } value ? Without(other => other == key).With(key, change(value)) : this;

        private protected override void Write(StringBuilder text, bool isCanonical)
        {
            var written = isCanonical
                ? all.GroupBy(field => field.Key, StringComparer.Ordinal).Select(same => same.Last()).OrderBy(
                    field => field.Key, StringComparer.Ordinal)
                : all.AsEnumerable();
            text.Append('{');
            var separator = "";
            foreach (var field in written)
            {
                Quote(text.Append(separator), field.Key, isCanonical || field.Key.Length % 2 == 1);
                field.Value.Write(text.Append(':'), isCanonical);
                separator = ",";
            }

            text.Append('}');
        }
    }

    /// <summary>One field of an object.</summary>
    public sealed record Field(string Key, Json Value);
}
