using System.Text.Json;

namespace Bridge.Adapter.Redaction;

/// <summary>
/// Values that are known to be secret, wherever they turn up: a plugin may print the password of its configuration in an error text.
/// </summary>
internal sealed class KnownSecrets
{
    /// <summary>Shorter ones are parts of too many other words.</summary>
    public const int Shortest = 6;

    // Shorter ones are replaced as whole words alone.
    private const int Distinctive = 8;

    // Beyond it the oldest are forgotten: a daemon sees new ones as long as it lives.
    private const int Most = 512;

    private readonly HashSet<string> _values = new(StringComparer.Ordinal);
    private readonly Queue<string> _oldestFirst = new();
    private readonly HashSet<string> _permanent = new(StringComparer.Ordinal);
    private string[]? _longestFirst;

    /// <param name="values">Known from the beginning, and never forgotten: those of the setting pluginEnvironment.</param>
    public KnownSecrets(IEnumerable<string> values) =>
        _permanent.UnionWith(values.Where(value => value.Length >= Shortest).SelectMany(Spellings));

    /// <summary>
    /// Remembers a value. An address is only redacted in its place ("unexpected token: 10.88.0.0/16"): the history is about addresses.
    /// </summary>
    public void Add(string value)
    {
        if (value.Length < Shortest || Cidr.TryWritten(value, out _) || !_values.Add(value))
            return;

        _oldestFirst.Enqueue(value);
        if (_oldestFirst.Count > Most)
            _values.Remove(_oldestFirst.Dequeue());

        _longestFirst = null;
    }

    /// <summary>
    /// A value that was found in a free text. A plain word there is redacted in its place and not remembered: behind "token:" may stand
    /// any word.
    /// </summary>
    public void AddFound(string value)
    {
        if (value.Length >= Distinctive && !value.All(char.IsAsciiLetterLower))
            Add(value);
    }

    public string RemoveFrom(string text)
    {
        _longestFirst ??= [.. _permanent.Concat(_values.SelectMany(Spellings)).Distinct().OrderByDescending(value => value.Length)];
        foreach (var secret in _longestFirst)
        {
            if (text.Contains(secret, StringComparison.Ordinal))
            {
                text = secret.Length >= Distinctive
                    ? text.Replace(secret, Redactor.Mark, StringComparison.Ordinal)
                    : WithoutWord(text, secret);
            }
        }

        return text;
    }

    // Itself, and as it stands in JSON within a text.
    private static IEnumerable<string> Spellings(string value) => [value, JsonEncodedText.Encode(value).Value];

    private static string WithoutWord(string text, string secret)
    {
        for (var at = text.IndexOf(secret, StringComparison.Ordinal); at >= 0;)
        {
            var end = at + secret.Length;
            var isWord = (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && (end == text.Length || !char.IsLetterOrDigit(text[end]));
            if (isWord)
            {
                text = string.Concat(text.AsSpan(0, at), Redactor.Mark, text.AsSpan(end));
                end = at + Redactor.Mark.Length;
            }

            at = text.IndexOf(secret, end, StringComparison.Ordinal);
        }

        return text;
    }
}
