using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Bridge.Adapter.Settings;
using Bridge.Adapter.Tests.Source;
using Bridge.Adapter.Ui.Server;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>The files of the page of <c>cnm-cni ui</c>, as they are in the program.</summary>
public sealed partial class PageTests
{
    // dist/d3.min.js of the npm package d3 7.9.0.
    private const string D3 = "F2094BBF6141B359722C4FE454EB6C4B0F0E42CC10CC7AF921FC158FCEB86539";

    [Fact]
    public void The_page_s_library_is_the_pinned_one_and_its_licence_stands_beside_it()
    {
        Convert.ToHexString(SHA256.HashData(Read("ui/vendor/d3.min.js"))).Should().Be(D3);
        var licence = System.Text.Encoding.UTF8.GetString(Read("ui/vendor/d3.LICENSE"));
        licence.Should().StartWith("Copyright 2010-2023 Mike Bostock");
        var packaged = SourceTree.Lines("packaging/debian/copyright");
        packaged.Should().Contain(line => line.Contains(D3, StringComparison.OrdinalIgnoreCase));
        string.Join(' ', packaged.Select(line => line.Trim())).Should().Contain(
            string.Join(' ', licence.Split('\n').Skip(2)).Split("  ")[0]);
    }

    [Fact]
    public void Every_file_that_the_page_names_is_in_the_program()
    {
        var names = typeof(AdapterSettings).Assembly.GetManifestResourceNames();

        var named = SourceTree.Page().SelectMany(file => Reference().Matches(file.Text).Select(found => $"ui/{found.Groups[1].Value}"));

        named.Distinct().Should().HaveCountGreaterThan(10).And.BeSubsetOf(names);
        SourceTree.Page().Select(file => $"ui/{Path.GetFileName(file.Path)}").Should().BeSubsetOf(names);
    }

    [Fact]
    public void The_only_inline_script_is_the_one_that_the_policy_names()
    {
        var scripts = SourceTree.Page().SelectMany(file => InlineScript().Matches(file.Text).Select(found => found.Groups[1].Value));

        PageServer.Policy.Should().Contain(
            $" 'sha256-{Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(scripts.Single())))}';",
            "a browser runs no other; after a change put this hash into the policy");
    }

    // The content security policy forbids other inline code and styles; names are never read as markup.
    [Fact]
    public void The_page_has_no_other_inline_code_or_style_and_makes_no_markup_of_texts() =>
        SourceTree.Page()
            .SelectMany(file => Forbidden().Matches(file.Text).Select(found => $"{Path.GetFileName(file.Path)}: {found.Value}"))
            .Should().Equal("index.html: <script>");

    private static byte[] Read(string name)
    {
        using var stream = typeof(AdapterSettings).Assembly.GetManifestResourceStream(name);
        stream.Should().NotBeNull($"{name} is in the program");
        using var content = new MemoryStream();
        stream!.CopyTo(content);
        return content.ToArray();
    }

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();

    [GeneratedRegex("""(?:(?:src|href)="|from '\./)([\w./-]+)["']""")]
    private static partial Regex Reference();

    [GeneratedRegex(
        """innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\sstyle="|\son[a-z]+="|<style|<script>""" +
        @"|https?://(?!www\.w3\.org/)")]
    private static partial Regex Forbidden();
}
