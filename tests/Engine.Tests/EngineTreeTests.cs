using Bridge.TestHosts;
using Bridge.TestHosts.Engines;

namespace Bridge.Engine.Tests;

/// <summary>Trees that a person has put into the directory of trees.</summary>
public sealed class EngineTreeTests : IDisposable
{
    private static readonly EngineVersion Engine = new(99, 1);

    private readonly DirectoryInfo _trees = Directory.CreateTempSubdirectory("trees-");

    public void Dispose() => _trees.Delete(recursive: true);

    [Theory]
    [InlineData("99.1")]
    [InlineData("99.1.3")]
    public void A_directory_is_found_by_the_version_in_its_name(string name)
    {
        _trees.CreateSubdirectory("99.10");
        _trees.CreateSubdirectory("99.1.backup");
        var tree = _trees.CreateSubdirectory(name);

        EngineTree.Find(_trees.FullName, Engine)!.Path.Should().Be(tree.FullName);
        EngineTree.Find(_trees.FullName, new EngineVersion(99, 2)).Should().BeNull();
    }

    [Fact]
    public void A_tree_without_a_needed_file_is_refused_with_the_name_of_that_file()
    {
        var tree = _trees.CreateSubdirectory("99.1");
        Shortcoming().Should().Contain($"{tree.FullName} lacks usr/sbin/dockerd");

        Write(tree, "usr/bin/dockerd");
        Shortcoming().Should().Contain($"{tree.FullName} lacks usr/bin/docker,");
    }

    [Fact]
    public void A_tree_under_the_name_of_another_version_is_refused()
    {
        Assert.SkipUnless(HostRequirements.Missing() is null, HostRequirements.Missing() ?? "");
        // Without a chosen tree the machine itself is one: its root directory holds a whole engine.
        var (engine, tree) = EngineTree.Chosen is { } chosen ? (chosen.Engine, chosen.Path) : (EngineVersion.OfMachine(), "/");
        Directory.CreateSymbolicLink(Path.Combine(_trees.FullName, "99.1"), tree);

        Shortcoming().Should().Contain($"has Docker {engine}, not 99.1");
        Directory.Delete(Path.Combine(_trees.FullName, "99.1"));
    }

    private string? Shortcoming() => EngineTree.Find(_trees.FullName, Engine)!.Shortcoming();

    private static void Write(DirectoryInfo tree, string file)
    {
        var path = Path.Combine(tree.FullName, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }
}
