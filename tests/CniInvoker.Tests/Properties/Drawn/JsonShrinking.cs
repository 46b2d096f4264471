namespace CniInvoker.Tests.Properties.Drawn;

/// <summary>Shrinks a failing value: null, a part of it, or the same with a part removed or shrunk.</summary>
internal static class JsonShrinking
{
    public static IEnumerable<Json> Smaller(Json json) => json switch
    {
        Json.Words { Value.Length: > 0 } words =>
            [new Json.Words(""), new Json.Words(words.Value[..^(char.IsLowSurrogate(words.Value[^1]) ? 2 : 1)])],
        Json.Items items => SmallerParts(items.All).Select(Json (fewer) => new Json.Items(fewer)).Concat(items.All),
        Json.Fields fields => SmallerFields(fields).Concat<Json>(fields.All.Select(field => field.Value)),
        _ when json.ToString() != "null" => [Json.Scalar.Null],
        _ => [],
    };

    /// <summary>The same object with a field less, or a smaller one.</summary>
    public static IEnumerable<Json.Fields> SmallerFields(Json.Fields json) =>
        Lists(json.All, field => Smaller(field.Value).Select(value => field with { Value = value })).Select(
            fewer => new Json.Fields(fewer));

    /// <summary>A list with an item less, or a smaller one.</summary>
    public static IEnumerable<IReadOnlyList<T>> Lists<T>(IReadOnlyList<T> list, Func<T, IEnumerable<T>> smaller)
    {
        for (var index = 0; index < list.Count; index++)
            yield return [.. list.Take(index), .. list.Skip(index + 1)];

        for (var index = 0; index < list.Count; index++)
        {
            foreach (var item in smaller(list[index]))
                yield return [.. list.Take(index), item, .. list.Skip(index + 1)];
        }
    }

    private static IEnumerable<IReadOnlyList<Json>> SmallerParts(IReadOnlyList<Json> items) => Lists(items, Smaller);
}
