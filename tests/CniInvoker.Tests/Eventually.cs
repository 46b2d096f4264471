using System.Diagnostics;

namespace CniInvoker.Tests;

/// <summary>Waits for something outside of this process, with a bound that only a broken machine reaches.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    public static Task FileAsync(string path) => TrueAsync(() => File.Exists(path), $"{path} exists");

    public static async Task TrueAsync(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            clock.Elapsed.Should().BeLessThan(Bound, "{0} should come true", what);
            await Task.Delay(TimeSpan.FromMilliseconds(5));
        }
    }
}
