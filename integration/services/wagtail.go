package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// useWagtail logs in, writes in several languages and uploads a picture: templates,
// static files, translations, the formats of dates, and Pillow.
func useWagtail(v *visit) {
	v.header.Set("Accept-Language", "de")
	v.get("/admin/login/", "Benutzername:", "Django-Systemverwaltung")
	v.header.Set("Accept-Language", "ja")
	v.get("/cms/login/", "ユーザー名")
	v.header.Set("Accept-Language", "ar")
	v.get("/admin/login/", `dir="rtl"`)
	v.header.Set("Accept-Language", "en")
	for _, path := range []string{
		"/static/admin/css/base.css", "/static/admin/img/icon-yes.svg", "/static/admin/js/vendor/jquery/jquery.min.js",
		"/static/wagtailadmin/css/core.css", "/static/wagtailadmin/js/vendor.js", "/static/wagtailimages/js/image-chooser-modal.js",
	} {
		v.same(path)
	}
	v.form("/cms/login/?next=/cms/", url.Values{
		"username": {"editor"}, "password": {"editor"}, "csrfmiddlewaretoken": {v.token("/cms/login/")},
	}, "Dashboard - Wagtail", "Letters")
	v.get("/admin/", "Site administration", "Groups")
	v.get("/admin/jsi18n/", "ngettext")
	v.get("/cms/pages/", "Welcome to your new Wagtail site!")
	v.get("/cms/pages/2/edit/", "Welcome to your new Wagtail site!")
	v.get("/cms/reports/site-history/", "Site history")
	v.get("/cms/sprite/", "icon-home")
	v.get("/", "Welcome")

	v.user("adam", "password", "This password is too common")
	v.user("berta", "long-and-odd-5", "added successfully")
	v.get("/cms/users/", "berta")
	v.picture()
	v.get("/cms/reports/site-history/?export=csv", "ID,Name,Type", "Lighthouse,Image,Create")
	v.binary("/cms/reports/site-history/?export=xlsx", "PK\x03\x04")
}

var (
	tokenField = regexp.MustCompile(`name="csrfmiddlewaretoken" value="([^"]+)"`)
	imageFile  = regexp.MustCompile(`/media/images/[^"]+`)
)

// token is what the form of a page has to be sent with.
func (v *visit) token(path string) string {
	m := tokenField.FindStringSubmatch(v.get(path))
	if m == nil {
		v.fail("GET %s: no form with a token", path)
		return ""
	}
	return m[1]
}

// user adds a user, or is told why not.
func (v *visit) user(name, password, want string) {
	const path = "/admin/auth/user/add/"
	v.form(path, url.Values{
		"username": {name}, "password1": {password}, "password2": {password}, "usable_password": {"true"},
		"csrfmiddlewaretoken": {v.token(path)},
	}, want)
}

// picture uploads one, which is shown in a smaller size.
func (v *visit) picture() {
	const path = "/cms/images/add/"
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.WriteField("csrfmiddlewaretoken", v.token(path))
	form.WriteField("title", "Lighthouse")
	form.WriteField("collection", "1")
	file, _ := form.CreateFormFile("file", "lighthouse.png") // a buffer has no errors
	file.Write(drawing())
	form.Close()
	v.ask(http.MethodPost, path, form.FormDataContentType(), &body, "Lighthouse", "added")
	list := v.get("/cms/images/", "Lighthouse")
	if !imageFile.MatchString(list) || !strings.Contains(list, "max-165x165") {
		v.fail("GET /cms/images/: no smaller picture is shown")
	}
}

// drawing is a PNG of some size.
func drawing() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 400, 300))
	for x := range 400 {
		img.Set(x, x*3/4, color.RGBA{R: 200, A: 255})
	}
	var out bytes.Buffer
	png.Encode(&out, img) // a buffer has no errors
	return out.Bytes()
}
