using System.Text;
using System.Text.RegularExpressions;

namespace Bridge.Adapter.Redaction;

/// <summary>Secrets in free text, by their form: what plugins write to stderr, logs, YAML.</summary>
internal static partial class SecretTexts
{
    /// <param name="text">Any text.</param>
    /// <param name="found">Called with each value of a secret key.</param>
    public static string Redact(string text, Action<string> found)
    {
        text = Pem().Replace(text, Redactor.Mark);
        text = UserInfo().Replace(text, match => $"{match.Groups["before"].Value}{Redactor.Mark}@");
        text = Jwt().Replace(text, Redactor.Mark);
        text = Bearer().Replace(text, match => $"{match.Groups["scheme"].Value} {Redactor.Mark}");
        return WithoutValues(WithoutValues(text, Key(), Value(), found), Option(), Word(), found);
    }

    // What follows a key that is not secret may be another key: failed: token=…
    private static string WithoutValues(string text, Regex keys, Regex values, Action<string> found)
    {
        var kept = new StringBuilder();
        var copied = 0;
        for (var key = keys.Match(text); key.Success;)
        {
            var end = key.Index + key.Length;
            if (SecretKeys.IsSecret(key.Groups["key"].Value) && values.Match(text, end) is { Success: true } match
                && match.Groups["value"] is { Value: var value } place && IsSecret(key.Groups["key"].Value, value))
            {
                found(value);
                kept.Append(text, copied, place.Index - copied).Append(Redactor.Mark);
                copied = end = place.Index + place.Length;
            }

            key = keys.Match(text, end);
        }

        return copied == 0 ? text : kept.Append(text, copied, text.Length - copied).ToString();
    }

    private static bool IsSecret(string key, string value) =>
        !SecretKeys.IsPath(key, value) && value is not ("true" or "false" or "null")
        && !value.StartsWith(Redactor.Mark, StringComparison.Ordinal);

    // A block may be cut off, or have its line ends as \n.
    [GeneratedRegex(@"-----BEGIN [A-Z0-9 ]{1,40}-----[\s\S]*?(?:-----END [A-Z0-9 ]{1,40}-----|\z)")]
    private static partial Regex Pem();

    [GeneratedRegex(@"(?<before>://[^/\s:@""']{0,256}:)[^/\s@""']{1,1024}@")]
    private static partial Regex UserInfo();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?")]
    private static partial Regex Jwt();

    [GeneratedRegex(@"(?<scheme>\b[Bb]earer)\s+(?!\(redacted\))[A-Za-z0-9._~+/=-]{8,}")]
    private static partial Regex Bearer();

    // key=  key:  "key":  also with the quotes escaped.
    [GeneratedRegex(@"(?<![A-Za-z0-9_./-])(?<key>(?>[A-Za-z0-9_./-]+))\\?[""']?[ \t]{0,2}[:=][ \t]{0,2}")]
    private static partial Regex Key();

    // A quoted value ends with its quote, another at white space. The quotes of JSON within JSON are escaped once more.
    [GeneratedRegex(
        @"\G(?:\\""(?<value>(?>(?:[^""\\\r\n]|\\\\(?:\\"")?|\\[^""\\])+))" +
        @"|""(?<value>(?>(?:[^""\\\r\n]|\\.)+))|'(?<value>(?>[^'\r\n]+))" +
        @"|(?<value>(?>(?:[Bb]asic[ ]+|[Bb]earer[ ]+)?[^\s,;&""'\\{}\[\]]+)))")]
    private static partial Regex Value();

    // --token VALUE
    [GeneratedRegex(@"(?<![A-Za-z0-9_-])--(?<key>(?>[A-Za-z0-9_-]+))[ \t]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"\G(?<value>(?>[^\s-][^\s]*))")]
    private static partial Regex Word();
}
