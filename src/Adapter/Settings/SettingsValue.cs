using System.Text;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Bridge.Adapter.Settings;

/// <summary>
/// The unread value of one key. Each method returns the current value when the file's is invalid, so that reading goes on and finds all
/// problems.
/// </summary>
internal sealed partial class SettingsValue(IParser parser, SettingsProblems problems, string key)
{
    /// <summary>The word for: cnm-cni finds it.</summary>
    public const string Auto = "auto";

    /// <summary>The word for: there is none.</summary>
    public const string None = "none";

    private readonly Mark _position = parser.Current?.Start ?? Mark.Empty;

    private string Prefix => key.Length == 0 ? "" : key + ": ";

    /// <summary>Reports a problem of this value.</summary>
    public void Refuse(string message) => problems.Add(_position, Prefix + message);

    public T Section<T>(T current, SettingsSection<T> keys)
    {
        // "timeouts:" with all its keys commented out is an empty scalar in YAML, and means an empty section.
        if (parser.TryConsume<Scalar>(out var scalar) && IsNothing(scalar))
            return current;

        if (scalar is not null || !parser.TryConsume<MappingStart>(out _))
        {
            Refuse($"expected keys and values ({string.Join(", ", keys.Keys)})");
            SkipUnless(scalar);
            return current;
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
            current = Entry(current, keys, seen);

        return current;
    }

    private T Entry<T>(T current, SettingsSection<T> keys, HashSet<string> seen)
    {
        if (!parser.TryConsume<Scalar>(out var name))
        {
            Refuse("a key must be a plain word");
            parser.SkipThisAndNestedEvents();
            parser.SkipThisAndNestedEvents();
            return current;
        }

        var path = key.Length == 0 ? name.Value : $"{key}.{name.Value}";
        if (keys.Reader(name.Value) is not { } read)
        {
            var nearest = keys.Nearest(name.Value);
            problems.Add(name.Start,
                $"unknown key {path}; " + (nearest is null ? $"known here: {string.Join(", ", keys.Keys)}" : $"did you mean {nearest}?"));
        }
        else if (!seen.Add(keys.NameOf(name.Value)!))
        {
            problems.Add(name.Start, $"{path} is set twice");
        }
        else
        {
            return read(current, new SettingsValue(parser, problems, path));
        }

        parser.SkipThisAndNestedEvents();
        return current;
    }

    public string AbsolutePath(string current, int longest) =>
        Scalar("an absolute path") is { } scalar && IsGoodPath(scalar, longest) ? Path.TrimEndingDirectorySeparator(scalar.Value) : current;

    /// <summary>Whether the value is this word, which is consumed then.</summary>
    public bool IsWord(string word) => parser.Accept<Scalar>(out var scalar) && scalar.Value == word && parser.MoveNext();

    /// <summary>A driver's name as Docker writes it, with the tag of a managed plugin. Null when there is none here.</summary>
    public string? DriverName()
    {
        if (Scalar("a driver's name, for example cnm-cni:latest") is not { } scalar)
            return null;

        if (IsReference().IsMatch(scalar.Value))
            return scalar.Value;

        problems.Add(scalar.Start,
            $"{Prefix}\"{scalar.Value}\" is no name of a driver: letters, digits, '_', '-', '.', '/' and ':', the first one a letter " +
            "or a digit, at most 255");
        return null;
    }

    // A reference to an image, as Docker names managed plugins (distribution reference.ReferenceRegexp), or the name of a socket.
    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._:/-]{0,254}$", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex IsReference();

    /// <summary>Null when there is no list here.</summary>
    public IReadOnlyList<string>? AbsolutePaths()
    {
        var paths = List("absolute paths, for example [/opt/cni/bin]", one => one.AbsolutePathWithoutColon());
        if (paths is [])
            problems.Add(_position, $"{Prefix}the list is empty; leave the key out, and cnm-cni finds the directories");

        return paths;
    }

    // Plugins get the list in CNI_PATH, where a colon separates two paths.
    private string AbsolutePathWithoutColon()
    {
        var position = parser.Current?.Start ?? Mark.Empty;
        var path = AbsolutePath("", longest: 4095);
        if (path.Contains(':'))
            problems.Add(position, $"{Prefix}the path must not contain ':', which stands between paths in CNI_PATH");

        return path;
    }

    /// <summary>Names of files without a directory; possibly none.</summary>
    public IReadOnlyList<string> FileNames() => List("file names, for example [my-plugin]", one => one.FileName()) ?? [];

    /// <summary>Keys, each with an optional <c>*</c> at its end for any rest.</summary>
    public IReadOnlyList<string> KeyPatterns() => List("keys, for example ['K8S_*']", one => one.Key()) ?? [];

    public bool Flag(bool current)
    {
        if (Scalar("true or false") is not { } scalar)
            return current;

        if (scalar.Value is not ("true" or "false"))
        {
            problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is neither true nor false");
            return current;
        }

        return scalar.Value == "true";
    }

    public TimeSpan Duration(TimeSpan current, TimeSpan least, TimeSpan most) =>
        Quantity(current, least, most, SettingsText.ParseDuration, SettingsText.Duration,
            "a duration with its unit (ms, s, m, h), for example 60s");

    public int Bytes(int current, int least, int most) =>
        Quantity(current, least, most, SettingsText.ParseBytes, SettingsText.Bytes,
            "a size with its unit (B, KiB, MiB, GiB), for example 16MiB");

    public int Number(int current, int least, int most) =>
        Quantity(current, least, most, SettingsText.ParseNumber, number => $"{number}", "a whole number, for example 32");

    public T Word<T>(T current)
        where T : struct, Enum
    {
        var words = string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant()));
        if (Scalar($"one of {words}") is not { } scalar)
            return current;

        var named = Enum.GetNames<T>().FirstOrDefault(name => string.Equals(name, scalar.Value, StringComparison.OrdinalIgnoreCase));
        if (named is null)
        {
            problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is not one of {words}");
            return current;
        }

        return Enum.Parse<T>(named);
    }

    /// <summary>Null when there is no list here.</summary>
    private List<string>? List(string expected, Func<SettingsValue, string> read)
    {
        if (!parser.TryConsume<SequenceStart>(out var start))
        {
            Refuse($"expected a list of {expected}");
            parser.SkipThisAndNestedEvents();
            return null;
        }

        var items = new List<string>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            var item = read(this);
            if (item.Length > 0 && items.Contains(item))
                problems.Add(start.Start, $"{Prefix}{item} is listed twice");

            items.Add(item);
        }

        return items;
    }

    private string FileName()
    {
        if (Scalar("a file name") is not { } scalar)
            return "";

        if (scalar.Value is "" or "." or ".." || scalar.Value.Contains('/') || scalar.Value.Any(char.IsControl))
            problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is not the bare name of a file: no directory, no control characters");

        return scalar.Value;
    }

    private string Key()
    {
        if (Scalar("a key") is not { } scalar)
            return "";

        if (scalar.Value.TrimEnd('*') is var key
            && (scalar.Value.Length - key.Length > 1 || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || "_-./".Contains(letter))))
            problems.Add(scalar.Start,
                $"{Prefix}\"{scalar.Value}\" is no key: letters, digits, '_', '-', '.' and '/', and one '*' at the end for all keys " +
                "that begin so");

        return scalar.Value;
    }

    private T Quantity<T>(T current, T least, T most, Func<string, T?> parse, Func<T, string> format, string expected)
        where T : struct, IComparable<T>
    {
        if (Scalar(expected) is not { } scalar)
            return current;

        if (parse(scalar.Value) is not { } value)
        {
            problems.Add(scalar.Start, $"{Prefix}\"{scalar.Value}\" is not {expected}");
            return current;
        }

        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            problems.Add(scalar.Start, $"{Prefix}{scalar.Value} is out of range; allowed are {format(least)} to {format(most)}");
            return current;
        }

        return value;
    }

    private Scalar? Scalar(string expected, bool isDefaultKnown = true)
    {
        if (!parser.TryConsume<Scalar>(out var scalar))
        {
            var hint = parser.Accept<AnchorAlias>(out var alias) ? $", not the alias *{alias.Value}; write the value out" : "";
            Refuse($"expected {expected}{hint}");
            parser.SkipThisAndNestedEvents();
            return null;
        }

        if (IsNothing(scalar))
        {
            Refuse(isDefaultKnown ? $"expected {expected}; leave the key out to get the default" : $"expected {expected}");
            return null;
        }

        return scalar;
    }

    private bool IsGoodPath(Scalar scalar, int longest)
    {
        var problem = scalar.Value switch
        {
            _ when !scalar.Value.StartsWith('/') => $"\"{scalar.Value}\" is not an absolute path (it must begin with /)",
            _ when scalar.Value.Split('/').Contains("..") || scalar.Value.Any(char.IsControl) =>
                "the path must not contain .. or control characters",
            _ when Encoding.UTF8.GetByteCount(scalar.Value) > longest => $"the path is longer than the kernel's {longest} bytes",
            _ => null,
        };
        if (problem is not null)
            problems.Add(scalar.Start, Prefix + problem);

        return problem is null;
    }

    private static bool IsNothing(Scalar scalar) => scalar.IsPlainImplicit && scalar.Value is "" or "~" or "null";

    private void SkipUnless(Scalar? consumed)
    {
        if (consumed is null)
            parser.SkipThisAndNestedEvents();
    }
}
