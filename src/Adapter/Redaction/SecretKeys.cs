using System.Text;

namespace Bridge.Adapter.Redaction;

/// <summary>
/// Which keys of configurations, arguments and texts name a secret. docs/history.md has the same lists; a test compares them.
/// </summary>
internal static class SecretKeys
{
    /// <summary>Anywhere in a key, whatever its case and separators: <c>etcdPassword</c>, <c>MY_API_KEY</c>.</summary>
    public static IReadOnlyList<string> Parts { get; } =
    [
        "password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "privatekey", "presharedkey", "credential",
        "authorization", "kubeconfig", "certificatedata", "authoritydata", "keydata",
    ];

    /// <summary>As a whole word of a key only: <c>auth-key</c>, not <c>monkey</c>.</summary>
    public static IReadOnlyList<string> Words { get; } = ["key", "keys", "pass", "pwd", "auth", "psk", "bearer", "cookie", "jwt"];

    // Paths of files that hold a secret are no secrets, and often the mistake.
    private static readonly string[] OfPaths = ["file", "path", "dir", "directory", "kubeconfig"];

    // Docker's name for the path of a container's network namespace.
    private const string SandboxKey = "sandboxkey";

    public static bool IsSecret(string key)
    {
        var joined = Joined(key);
        return joined != SandboxKey
            && (Parts.Any(part => joined.Contains(part, StringComparison.Ordinal)) || WordsOf(key).Any(Words.Contains));
    }

    /// <summary>Whether the value of a secret key is only the path of a file.</summary>
    public static bool IsPath(string key, string value) =>
        value.StartsWith('/') && !value.Any(char.IsWhiteSpace) && WordsOf(key).Any(OfPaths.Contains);

    private static string Joined(string key) =>
        string.Concat(key.Where(char.IsAsciiLetterOrDigit).Select(char.ToLowerInvariant));

    // Words end at other characters than letters and digits, and before a capital that follows a small letter.
    private static List<string> WordsOf(string key)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        for (var i = 0; i <= key.Length; i++)
        {
            var ends = i == key.Length || !char.IsAsciiLetterOrDigit(key[i])
                || (i > 0 && char.IsAsciiLetterUpper(key[i]) && char.IsAsciiLetterLower(key[i - 1]));
            if (ends && word.Length > 0)
            {
                words.Add(word.ToString().ToLowerInvariant());
                word.Clear();
            }

            if (i < key.Length && char.IsAsciiLetterOrDigit(key[i]))
                word.Append(key[i]);
        }

        return words;
    }
}
