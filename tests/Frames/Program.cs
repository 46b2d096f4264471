using System.Globalization;
using Bridge.Frames;
using Bridge.Testing.Browser;

// How smoothly the page of cnm-cni ui is drawn: `./bridge frames [MEMBERS] [SECONDS]`.
if (args is not [var page, .. var numbers] || numbers.Length > 2 || numbers.Any(number => !int.TryParse(number, out var one) || one < 1))
{
    Console.Error.WriteLine("Usage: ./bridge frames [MEMBERS] [SECONDS-PER-SCENE]");
    return 2;
}

if (Chromium.Missing() is { } missing)
{
    Console.Error.WriteLine(missing);
    return 1;
}

int[] chosen = [.. numbers.Select(number => int.Parse(number, CultureInfo.InvariantCulture))];
var (members, seconds) = (chosen.Length > 0 ? chosen[0] : 500, chosen.Length > 1 ? chosen[1] : 15);
Console.WriteLine(
    $"{members} members, {seconds} s for each scene, 1280×800, Chromium without a GPU, {Environment.ProcessorCount} processors");
await using var chromium = await Chromium.StartAsync();
foreach (var scene in Scene.All)
    Console.WriteLine(await scene.MeasureAsync(chromium, page, members, seconds));

return 0;
