using FsCheck;
using FsCheck.Fluent;

namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Arbitrary JSON: deep but bounded, with characters, numbers and keys that are difficult for readers and writers.</summary>
internal static class JsonGenerators
{
    private const int MostChildren = 4;

    private static readonly string[] OddNumbers =
        ["0", "-0", "-0.0", "1.0", "1450.0", "1.45e3", "1e16", "1E+20", "12345678901234567.0", "1450.00000000000000000001", "1.10", "1e300",
            "-1E-400", "1e+2", "9007199254740993", "18446744073709551616", "0.1000000000000000055511151231257827"];

    private static readonly string[] OddCharacters =
        ["\0", "\u0001", "\b", "\t", "\n", "\r", "\u001b", "\u007f", "\u0085", "\u2028", "\u2029", "\ufeff", "\ufffd", "\uffff", "<", ">",
            "&", "'", "\"", "\\", "/", " ", "ü", "e\u0301", "界", "😀", "𝒞"];

    private static readonly string[] KnownKeys =
        ["name", "NAME", "cniVersion", "CniVersion", "type", "Type", "plugins", "ipam", "dns", "capabilities", "prevResult", "PrevResult",
            "runtimeConfig", "RUNTIMECONFIG", "cni.dev/x", "CNI.dev/valid-attachments", "cni.dev", "args", "interfaces", "ips", "routes",
            "version", "mtu", "MTU", "Mtu"];

    /// <summary>Short texts, some with unusual characters.</summary>
    public static Gen<string> Texts { get; } = UpTo(6, Gen.Frequency(
        (3, Gen.Choose('a', 'z').Select(letter => ((char)letter).ToString())),
        (2, Gen.Elements(OddCharacters)),
        (1, Gen.Choose(0x80, 0x10ffff).Where(point => point is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32)))).Select(string.Concat);

    /// <summary>Numbers with texts that arithmetic would change.</summary>
    public static Gen<Json> Numbers { get; } = Gen.OneOf(
        Gen.Elements(OddNumbers), Gen.Choose(-100_000, 100_000).Select(number => $"{number}")).Select(Json (text) => new Json.Scalar(text));

    /// <summary>Known keys, near misses, and any text.</summary>
    public static Gen<string> Keys { get; } = Gen.Frequency(
        (3, Gen.Elements("vendor", "x-vendor", "a", "b", "")), (2, Gen.Elements(KnownKeys)), (1, Texts));

    /// <summary>Any value but null.</summary>
    public static Gen<Json> SomeValues => Values.Where(value => value.ToString() != "null");

    /// <summary>Any value.</summary>
    public static Gen<Json> Values { get; } = Gen.Frequency(
        (12, Gen.Sized(size => Nested(Math.Min(size, 30)))),
        (1, from depth in Gen.Choose(1, 50) from inner in Nested(0) select Enumerable.Range(0, depth).Aggregate(inner, Around)));

    /// <summary>Some fields with arbitrary values and unknown keys.</summary>
    public static Gen<IReadOnlyList<Json.Field>> Foreign(Func<string, bool> isKnown) => UpTo(3,
        from key in Keys.Where(key => !isKnown(key))
        from value in Values
        select new Json.Field(key, value));

    /// <summary>A few of them, or none.</summary>
    public static Gen<IReadOnlyList<T>> UpTo<T>(int most, Gen<T> items) =>
        Gen.Choose(0, most).SelectMany(count => items.ListOf(count)).Select(IReadOnlyList<T> (list) => [.. list]);

    /// <summary>Sometimes null.</summary>
    public static Gen<T?> Maybe<T>(Gen<T> values) where T : class =>
        Gen.Frequency((2, values.Select(T? (value) => value)), (1, Gen.Constant<T?>(null)));

    private static Gen<Json> Nested(int size)
    {
        var leaves = Gen.OneOf(
            Numbers, Texts.Select(Json (text) => new Json.Words(text)),
            Gen.Elements("null", "true", "false").Select(Json (word) => new Json.Scalar(word)));
        if (size == 0)
            return leaves;

        var inner = Nested(size / MostChildren);
        return Gen.OneOf(
            leaves,
            UpTo(MostChildren, inner).Select(Json (items) => new Json.Items(items)),
            UpTo(MostChildren, Keys.SelectMany(_ => inner, (key, value) => new Json.Field(key, value))).Select(
                Json (fields) => new Json.Fields(fields)));
    }

    private static Json Around(Json inner, int level) =>
        level % 2 == 0 ? new Json.Items([inner]) : new Json.Fields([new Json.Field("a", inner)]);
}
