using System.Globalization;

namespace CniInvoker;

/// <summary>A version of the CNI specification, compared by number: "1.1" equals "1.1.0", the empty text is 0.1.0.</summary>
internal readonly record struct SpecVersion(int Major, int Minor, int Patch) : IComparable<SpecVersion>
{
    public static readonly IReadOnlyList<string> Known = ["0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0", "1.0.0", "1.1.0"];

    /// <summary>The first version with CHECK, and with prevResult for DEL.</summary>
    public static readonly SpecVersion WithCheck = new(0, 4, 0);

    /// <summary>The first version with STATUS and GC.</summary>
    public static readonly SpecVersion WithStatus = new(1, 1, 0);

    public static readonly SpecVersion Latest = new(1, 1, 0);

    public static bool IsKnown(string version) => Known.Contains(version, StringComparer.Ordinal);

    /// <summary>Parses a version that <see cref="IsKnown"/>.</summary>
    public static SpecVersion Parse(string version) =>
        TryParse(version, out var parsed) ? parsed : throw new ArgumentException($"\"{version}\" is not a version.", nameof(version));

    public static bool TryParse(string version, out SpecVersion parsed)
    {
        parsed = new SpecVersion(0, 1, 0);
        if (version.Length == 0)
            return true;

        var parts = version.Split('.');
        Span<int> numbers = stackalloc int[3];
        if (parts.Length > numbers.Length)
            return false;

        for (var i = 0; i < parts.Length; i++)
        {
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                return false;
        }

        parsed = new SpecVersion(numbers[0], numbers[1], numbers[2]);
        return true;
    }

    /// <summary>The end of the error text for an unknown version, with the version to write instead.</summary>
    public static string Advice(string unknown)
    {
        if (!TryParse(unknown.Trim().TrimStart('v', 'V'), out var meant))
            return $"which is not a CNI version; write one of {string.Join(", ", Known)}";

        return IsKnown($"{meant}") ? $"which plugins do not accept; write \"{meant}\""
            : meant > Latest ? $"but the newest supported version is {Latest}; write \"{Latest}\""
            : $"which does not exist; write one of {string.Join(", ", Known)}";
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}");

    public int CompareTo(SpecVersion other) => (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    public static bool operator <(SpecVersion left, SpecVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(SpecVersion left, SpecVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(SpecVersion left, SpecVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SpecVersion left, SpecVersion right) => left.CompareTo(right) >= 0;
}
